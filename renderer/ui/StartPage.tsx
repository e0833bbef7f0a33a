import { type ReactNode, useRef, useState } from 'react';
import type { ProjectSummary } from '../../electron/contract/methods.ts';
import { IconButton } from './controls.tsx';
import { desktopBridge } from './desktopBridge.ts';
import { useApp, useStudio } from './hooks.ts';
import { Icon } from './Icon.tsx';
import { toggleTheme } from './TopBar.tsx';
import { texts } from './texts.ts';

/** What is seen before a project is open: begin a new one, try the sample, or go on with an old one. */
export function StartPage(): ReactNode {
  const studio = useStudio();
  const [name, setName] = useState('');
  const projects = useApp((app) => app.projects);
  const busy = useApp((app) => app.busy);
  const packed = useRef<HTMLInputElement>(null);
  const text = texts.start;
  const openFolder = async (): Promise<void> => {
    const grant = await desktopBridge?.chooseFolder();
    if (grant) await studio.openGranted(grant);
  };
  return (
    <div className="start">
      <section className="startSide" aria-label={texts.appName}>
        <span className="brand">
          <img src="/icon.svg" alt="" />
          {texts.appName}
        </span>
        <h1>{text.title}</h1>
        <p className="lead">{text.lead}</p>
        <div className="startActions">
          <form
            className="startForm"
            onSubmit={(event) => {
              event.preventDefault();
              void studio.attempt(() => studio.createProject(name.trim() || text.untitled));
            }}
          >
            <input
              className="textInput"
              aria-label={text.newProjectName}
              placeholder={text.newProjectName}
              value={name}
              maxLength={100}
              onChange={(event) => setName(event.target.value)}
            />
            <button type="submit" className="button primary large">
              {text.create}
            </button>
          </form>
          <button
            type="button"
            className="button large"
            disabled={busy !== null}
            onClick={() => void studio.attempt(() => studio.openSample())}
          >
            <Icon name="sparkle" />
            {busy ? `${busy} …` : text.sample}
          </button>
          <span className="hint">{text.sampleHint}</span>
          <div style={{ display: 'flex', gap: 8 }}>
            {desktopBridge ? (
              <button type="button" className="button" onClick={() => void studio.attempt(openFolder)}>
                {text.openFolder}
              </button>
            ) : null}
            <button type="button" className="button" onClick={() => packed.current?.click()}>
              {text.openPacked}
            </button>
            <IconButton icon="sun" label={texts.top.theme} onClick={toggleTheme} />
          </div>
          <input
            ref={packed}
            type="file"
            hidden
            accept=".magdiff"
            data-testid="unpack-input"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) void studio.attempt(() => studio.unpack(file));
            }}
          />
        </div>
      </section>
      <main className="startMain">
        <h2 className="panelTitle">{text.recent}</h2>
        {projects.length === 0 ? (
          <>
            <p className="hint">{text.noRecent}</p>
            <HowItWorks />
          </>
        ) : (
          <div className="projectGrid">
            {projects.map((project) => (
              <ProjectCard key={project.projectId} project={project} />
            ))}
          </div>
        )}
      </main>
    </div>
  );
}

const pictures: readonly ReactNode[] = [
  <g key="brush">
    <circle cx="80" cy="46" r="26" fill="#d6303a" />
    <circle cx="80" cy="46" r="29" fill="#4d9dff" opacity="0.5" />
    <path d="M80 75c6 10-6 16 0 26" stroke="#8a6f60" strokeWidth="2" fill="none" />
    <circle cx="103" cy="62" r="12" fill="none" stroke="#fff" strokeWidth="1.500" />
  </g>,
  <g key="say">
    <rect x="22" y="34" width="116" height="36" rx="6" fill="none" stroke="#8584f5" strokeWidth="1.500" />
    <rect x="32" y="45" width="62" height="4" rx="2" fill="#c9cbf9" />
    <rect x="32" y="56" width="40" height="4" rx="2" fill="#c9cbf9" />
    <rect x="78" y="52" width="1.500" height="12" fill="#fff" />
  </g>,
  <g key="balance">
    <rect x="26" y="38" width="108" height="4" rx="2" fill="#3d424c" />
    <rect x="26" y="38" width="74" height="4" rx="2" fill="#8584f5" />
    <circle cx="100" cy="40" r="7" fill="#fff" />
    <rect x="26" y="66" width="108" height="4" rx="2" fill="#3d424c" />
    <rect x="26" y="66" width="38" height="4" rx="2" fill="#8584f5" />
    <circle cx="64" cy="68" r="7" fill="#fff" />
  </g>,
];

/** What the studio is for, in three steps, while there is no project yet. */
function HowItWorks(): ReactNode {
  return (
    <>
      <h2 className="panelTitle" style={{ marginTop: 36 }}>
        {texts.start.how}
      </h2>
      <ol className="steps" style={{ padding: 0, listStyle: 'none' }}>
        {texts.start.steps.map(([title, what], index) => (
          <li key={title} className="stepCard">
            <svg viewBox="0 0 160 106" aria-hidden="true">
              {pictures[index]}
            </svg>
            <strong>{title}</strong>
            <span className="hint">{what}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

function ProjectCard({ project }: { project: ProjectSummary }): ReactNode {
  const studio = useStudio();
  const when = new Date(project.modifiedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <button
      type="button"
      className="projectCard"
      onClick={() => void studio.attempt(() => studio.openProject(project.projectId))}
    >
      {project.posterUrl ? (
        <img className="projectPoster" src={project.posterUrl} alt="" loading="lazy" />
      ) : (
        <span className="projectPoster">
          <Icon name="film" />
        </span>
      )}
      <span className="projectText">
        <strong>{project.name}</strong>
        <span className="hint">
          {texts.start.takes(project.takeCount)} · {when}
        </span>
      </span>
    </button>
  );
}
