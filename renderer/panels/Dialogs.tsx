import { type ReactNode, useRef, useState } from 'react';
import type { SourceRecord } from '../../electron/contract/records.ts';
import { differencesOf } from '../editor/settingsDifference.ts';
import { Modal } from '../ui/controls.tsx';
import { useApp, useDocument, useSession, useStudio } from '../ui/hooks.ts';
import { texts } from '../ui/texts.ts';
import { ExportDialog } from './ExportDialog.tsx';

/** The dialog that is open, if one is. */
export function Dialogs(): ReactNode {
  const studio = useStudio();
  const dialog = useApp((app) => app.dialog);
  const close = (): void => studio.app.set({ dialog: 'none' });
  if (dialog === 'export') return <ExportDialog />;
  if (dialog === 'shortcuts') return <ShortcutSheet onClose={close} />;
  if (dialog === 'missing') return <MissingMedia onClose={close} />;
  if (dialog === 'compare') return <CompareSheet onClose={close} />;
  if (dialog === 'saveAs' || dialog === 'rename') return <NameDialog kind={dialog} onClose={close} />;
  return null;
}

function ShortcutSheet({ onClose }: { onClose: () => void }): ReactNode {
  return (
    <Modal title={texts.shortcuts.title} wide onClose={onClose}>
      <div className="keys">
        {texts.shortcuts.groups.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.rows.map(([keys, what]) => (
                <div key={keys} style={{ display: 'contents' }}>
                  <dt>
                    <kbd>{keys}</kbd>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}

function MissingMedia({ onClose }: { onClose: () => void }): ReactNode {
  const missing = useSession((session) => session.missingSourceIds);
  const sources = useDocument((document) => document.all('source'));
  return (
    <Modal title={texts.missing.title} onClose={onClose}>
      <p>{texts.missing.message}</p>
      <ul className="jobs">
        {sources
          .filter((source) => missing.includes(source.id))
          .map((source) => (
            <MissingItem key={source.id} source={source} />
          ))}
      </ul>
      <div className="dialogActions">
        <button type="button" className="button" onClick={onClose}>
          {texts.missing.later}
        </button>
      </div>
    </Modal>
  );
}

function MissingItem({ source }: { source: SourceRecord }): ReactNode {
  const studio = useStudio();
  const input = useRef<HTMLInputElement>(null);
  return (
    <li className="job">
      <div className="jobHead">
        <span className="jobName">{source.name}</span>
        <button type="button" className="button" onClick={() => input.current?.click()}>
          {texts.missing.find}
        </button>
        <input
          ref={input}
          type="file"
          hidden
          aria-label={source.name}
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) void studio.attempt(() => studio.relink(source, file));
          }}
        />
      </div>
    </li>
  );
}

function CompareSheet({ onClose }: { onClose: () => void }): ReactNode {
  const first = useDocument((document) => document.get('take', document.get('view', 'view')?.takeId));
  const second = useDocument((document) => document.get('take', document.get('view', 'view')?.compareTakeId));
  if (!first || !second) return null;
  const differences = differencesOf(first.recipe, second.recipe);
  return (
    <Modal title={texts.takes.compareTitle(first.name, second.name)} wide onClose={onClose}>
      {differences.length === 0 ? (
        <p>{texts.takes.same}</p>
      ) : (
        <table className="recipe">
          <thead>
            <tr>
              <th scope="col">{texts.takes.setting}</th>
              <th scope="col">{first.name}</th>
              <th scope="col">{second.name}</th>
            </tr>
          </thead>
          <tbody>
            {differences.map((difference) => (
              <tr key={difference.path}>
                <th scope="row">{difference.path.replace(/^settings\./, '').replaceAll('.', ' › ')}</th>
                <td>{difference.first}</td>
                <td>{difference.second}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Modal>
  );
}

function NameDialog({ kind, onClose }: { kind: 'saveAs' | 'rename'; onClose: () => void }): ReactNode {
  const studio = useStudio();
  const project = useDocument((document) => document.get('project', 'project'));
  const [name, setName] = useState(project?.name ?? '');
  const save = async (): Promise<void> => {
    onClose();
    if (kind === 'saveAs') await studio.saveAs(name);
    else if (project) studio.editor.update('Rename', project, { name });
  };
  return (
    <Modal title={kind === 'saveAs' ? texts.file.saveAs : texts.file.rename} onClose={onClose}>
      <form
        className="groupBody"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') void studio.attempt(save);
        }}
      >
        <label className="field">
          <span>{kind === 'saveAs' ? texts.file.copyName : texts.file.newName}</span>
          <input
            className="textInput"
            value={name}
            maxLength={100}
            required
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <div className="dialogActions">
          <button type="button" className="button" onClick={onClose}>
            {texts.dialog.cancel}
          </button>
          <button type="submit" className="button primary">
            {texts.file.save}
          </button>
        </div>
      </form>
    </Modal>
  );
}
