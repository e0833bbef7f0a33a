import { type ReactNode, useRef, useState } from 'react';
import { Button } from '../../ui/controls/Button.tsx';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { HintText } from '../../ui/fields/Field.tsx';
import { TextInput } from '../../ui/fields/TextInput.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { PanelTitle } from '../../ui/surfaces/Panel.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { Brand } from '../Brand.tsx';
import { desktopBridge } from '../desktopBridge.ts';
import { useStudio, useStudioState } from '../hooks.ts';
import { toggleTheme } from '../theme.ts';
import { HowItWorks } from './HowItWorks.tsx';
import { ProjectCard } from './ProjectCard.tsx';
import styles from './StartPage.module.css';

const text = texts.start;

/** What is seen before a project is open: begin a new one, try the sample, or go on with an old one. */
export function StartPage(): ReactNode {
  const projects = useStudioState((state) => state.projects) ?? [];
  return (
    <div className={styles.start} data-testid="start-page">
      <section className={styles.side} aria-label={texts.appName}>
        <Brand>{texts.appName}</Brand>
        <h1>{text.title}</h1>
        <p className={styles.lead}>{text.lead}</p>
        <Beginnings />
      </section>
      <main className={styles.main}>
        <PanelTitle>{text.recent}</PanelTitle>
        {projects.length === 0 ? (
          <>
            <p className={styles.none}>{text.noRecent}</p>
            <HowItWorks />
          </>
        ) : (
          <div className={styles.projects}>
            {projects.map((project) => (
              <ProjectCard key={project.projectId} project={project} />
            ))}
          </div>
        )}
      </main>
    </div>
  );
}

/** The ways to begin: a new project, the sample, a folder or a packed file. */
function Beginnings(): ReactNode {
  const studio = useStudio();
  const [name, setName] = useState('');
  const busy = useStudioState((state) => state.busy);
  const packed = useRef<HTMLInputElement>(null);
  const attempt = (work: () => Promise<void>) => void studio.messages.attempt(work);
  const openFolder = async (): Promise<void> => {
    const grant = await desktopBridge?.chooseFolder();
    if (grant) await studio.openGranted(grant);
  };
  return (
    <div className={styles.actions}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          attempt(() => studio.createProject(name.trim() || text.untitled));
        }}
      >
        <TextInput
          large
          aria-label={text.newProjectName}
          placeholder={text.newProjectName}
          value={name}
          maxLength={100}
          onValue={setName}
        />
        <Button type="submit" primary large>
          {text.create}
        </Button>
      </form>
      <Button large disabled={busy !== null} onClick={() => attempt(() => studio.openSample())}>
        <Icon name="sparkle" />
        {busy ? `${busy} …` : text.sample}
      </Button>
      <HintText>{text.sampleHint}</HintText>
      <div className={styles.more}>
        {desktopBridge ? <Button onClick={() => attempt(openFolder)}>{text.openFolder}</Button> : null}
        <Button onClick={() => packed.current?.click()}>{text.openPacked}</Button>
        <IconButton icon="sun" label={texts.top.theme} onClick={toggleTheme} />
      </div>
      <div className={styles.more}>
        <Button quiet onClick={() => studio.state.set({ dialog: 'models' })}>
          {texts.models.open}
        </Button>
        <Button quiet onClick={() => studio.state.set({ dialog: 'about' })}>
          {texts.about.open}
        </Button>
      </div>
      <input
        ref={packed}
        type="file"
        hidden
        accept=".magdiff"
        data-testid="unpack-input"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) attempt(() => studio.unpack(file));
        }}
      />
    </div>
  );
}
