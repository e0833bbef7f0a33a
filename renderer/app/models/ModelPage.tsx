import { Tabs } from 'radix-ui';
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { Button } from '../../ui/controls/Button.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { HintText } from '../../ui/fields/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Modal } from '../../ui/surfaces/Modal.tsx';
import { Tab, TabBody } from '../../ui/surfaces/Tab.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { desktopBridge } from '../desktopBridge.ts';
import { useStudio } from '../hooks.ts';
import { FetchList } from './FetchList.tsx';
import { FileList } from './FileList.tsx';
import { FolderBrowser } from './FolderBrowser.tsx';
import { FolderList } from './FolderList.tsx';
import styles from './ModelPage.module.css';
import { SetList } from './SetList.tsx';

const text = texts.models;

/** Models: the sets that are kept or could be, the files that were found, what can be fetched, and the folders looked through. */
export function ModelPage({ onClose }: { onClose: () => void }): ReactNode {
  const studio = useStudio();
  const { library, messages } = studio;
  const { view, offered } = useSyncExternalStore(library.state.subscribe, () => library.state.state);
  const [isChoosing, setChoosing] = useState(false);
  const attempt = (work: () => Promise<unknown>): void => void messages.attempt(work);
  useEffect(() => void messages.attempt(() => library.read()), [library, messages]);
  const addFolder = async (): Promise<void> => {
    if (!desktopBridge) return setChoosing(true);
    const grant = await desktopBridge.chooseFolder();
    if (grant) await studio.addModelFolder(grant);
  };
  const addOffered = async (): Promise<void> => {
    const grant = offered?.grant;
    library.state.set({ offered: null });
    await (grant ? studio.addModelFolder(grant) : addFolder());
  };
  if (isChoosing)
    return (
      <FolderBrowser
        onClose={() => setChoosing(false)}
        onChosen={(grant) => {
          setChoosing(false);
          attempt(() => studio.addModelFolder(grant));
        }}
      />
    );
  const tabs = view
    ? [
        { value: 'sets', label: text.tabs.sets, count: view.sets.length, show: <SetList view={view} /> },
        { value: 'files', label: text.tabs.files, count: view.files.length, show: <FileList view={view} /> },
        { value: 'fetch', label: text.tabs.fetch, count: view.entries.length, show: <FetchList view={view} /> },
        { value: 'folders', label: text.tabs.folders, count: view.folders.length, show: <FolderList view={view} /> },
      ]
    : [];
  return (
    <Modal title={text.title} page onClose={onClose}>
      {offered ? (
        <div className={styles.offer} role="status">
          <span>{text.dropped(offered.name)}</span>
          <Button primary onClick={() => attempt(addOffered)}>
            {offered.grant ? text.addItsFolder : text.chooseItsFolder}
          </Button>
          <Button quiet onClick={() => library.state.set({ offered: null })}>
            {text.notNow}
          </Button>
        </div>
      ) : null}
      <Tabs.Root className={styles.page} defaultValue="sets">
        <div className={styles.head}>
          <Tabs.List className={styles.tabs} aria-label={text.title}>
            {tabs.map(({ value, label, count }) => (
              <Tab key={value} value={value} label={label} count={count} />
            ))}
          </Tabs.List>
          <span className={styles.scan} role="status">
            <HintText>
              {view?.scanning ? text.scanning(view.files.length) : view ? text.scanned(view.files.length) : ''}
            </HintText>
          </span>
          <Button quiet disabled={view?.scanning ?? true} onClick={() => attempt(() => library.read(true))}>
            <Icon name="retry" />
            {text.scanAgain}
          </Button>
          <Button onClick={() => attempt(addFolder)}>
            <Icon name="folder" />
            {text.addFolder}
          </Button>
        </div>
        <div className={styles.progress}>
          {view === null || view.scanning ? (
            <Progress label={text.scanning(view?.files.length ?? 0)} share={undefined} />
          ) : null}
        </div>
        {tabs.map(({ value, show }) => (
          <TabBody key={value} value={value} flush>
            {show}
          </TabBody>
        ))}
      </Tabs.Root>
    </Modal>
  );
}
