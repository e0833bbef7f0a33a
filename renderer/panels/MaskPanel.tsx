import { type ReactNode, useState } from 'react';
import type { MaskRecord } from '../../electron/contract/records.ts';
import { activeMask, keyAt, newMask, removeKey, removeMask } from '../editor/maskCommands.ts';
import { shownSourceFrame } from '../preview/shownFrames.ts';
import { useDocument, useGesture, useProject, useProjectState, useSession } from '../project/hooks.ts';
import { Hint } from '../ui/controls/Hint.tsx';
import { IconButton } from '../ui/controls/IconButton.tsx';
import { Segments } from '../ui/controls/Segments.tsx';
import { NameInput } from '../ui/fields/EditableName.tsx';
import { Field, FieldRow, HintText } from '../ui/fields/Field.tsx';
import { SliderField } from '../ui/fields/SliderField.tsx';
import { SwitchField } from '../ui/fields/Switch.tsx';
import { type Commands, ContextCommands } from '../ui/surfaces/Commands.tsx';
import { PanelHead } from '../ui/surfaces/Panel.tsx';
import { texts } from '../ui/texts/texts.ts';
import { FollowGroup } from './FollowGroup.tsx';
import styles from './MaskPanel.module.css';

/** The subject: the looked-at source's masks, and the edge of the one in hand. */
export function MaskPanel(): ReactNode {
  const { editor } = useProject();
  const view = useDocument((document) => document.get('view', 'view'));
  const source = useDocument((document) => document.get('source', view?.sourceId));
  const masks = useDocument((document) => document.all('mask')).filter((mask) => mask.sourceId === source?.id);
  const mask = useDocument(() => activeMask(editor));
  const writer = useSession((session) => session.writer);
  if (!source) return null;
  const locked = writer ? undefined : texts.lock.message;
  const addMask = (): void => {
    const added = newMask(source, `${texts.masks.title} ${masks.length + 1}`);
    editor.add('New mask', added);
    editor.look({ maskId: added.id });
  };
  return (
    <section className={styles.section} aria-label={texts.masks.title}>
      <PanelHead title={texts.masks.title}>
        <span>
          <IconButton icon="plus" label={texts.masks.add} reason={locked} onClick={addMask} />
          <IconButton
            icon="trash"
            label={texts.masks.remove}
            reason={locked ?? (mask ? undefined : texts.masks.noMask)}
            onClick={() => mask && removeMask(editor, mask)}
          />
        </span>
      </PanelHead>
      <ul className={styles.masks}>
        {masks.map((each) => (
          <MaskRow key={each.id} mask={each} isActive={each.id === mask?.id} />
        ))}
      </ul>
      <ClickOffer />
      {mask && source.media === 'clip' ? <FollowGroup mask={mask} source={source} /> : null}
      {mask ? <MaskEdge mask={mask} /> : <HintText>{texts.masks.empty}</HintText>}
      {mask && source.media === 'clip' ? <MaskKeys mask={mask} /> : null}
    </section>
  );
}

/** A mask by its name: a press takes it in hand, a double-click types it over. */
function MaskRow({ mask, isActive }: { mask: MaskRecord; isActive: boolean }): ReactNode {
  const { editor } = useProject();
  const writer = useSession((session) => session.writer);
  const [isRenaming, setRenaming] = useState(false);
  const reason = writer ? undefined : texts.lock.message;
  const commands: Commands = [
    { icon: 'brush', label: texts.masks.rename, keys: 'F2', reason, onSelect: () => setRenaming(true) },
    { icon: 'trash', label: texts.masks.remove, reason, onSelect: () => removeMask(editor, mask) },
  ];
  return (
    <ContextCommands commands={commands}>
      <li>
        {isRenaming ? (
          <NameInput
            value={mask.name}
            label={texts.masks.rename}
            onName={(name) => editor.update('Rename mask', mask, { name })}
            onDone={() => setRenaming(false)}
          />
        ) : (
          <button
            type="button"
            className={isActive ? `${styles.mask} ${styles.active}` : styles.mask}
            aria-pressed={isActive}
            onClick={() => editor.look({ maskId: mask.id })}
            onDoubleClick={() => writer && setRenaming(true)}
            onKeyDown={(event) => event.key === 'F2' && writer && setRenaming(true)}
          >
            {mask.name}
          </button>
        )}
      </li>
    </ContextCommands>
  );
}

/** Without a model that selects by clicks: what would do better than scribbles, and where to put it. */
function ClickOffer(): ReactNode {
  const { info } = useProject();
  const isSmart = useSession((session) => session.tool === 'smart');
  const hasModel = useProjectState((state) => state.follower !== null);
  return isSmart && !hasModel ? <HintText>{texts.masks.clickOffer(info.modelsFolder)}</HintText> : null;
}

function MaskEdge({ mask }: { mask: MaskRecord }): ReactNode {
  const { editor } = useProject();
  const limit = Math.max(16, Math.round(Math.max(mask.width, mask.height) / 16));
  const now = (): MaskRecord => editor.document.get('mask', mask.id) ?? mask;
  const gesture = useGesture();
  return (
    <>
      <SliderField
        label={texts.masks.grow}
        hint={texts.masks.growHint}
        inLine
        value={mask.growPixels}
        min={-limit}
        max={limit}
        step={1}
        defaultValue={0}
        mark={0}
        {...gesture('Grow mask')}
        onChange={(growPixels) => editor.update('Grow mask', now(), { growPixels })}
      />
      <SliderField
        label={texts.masks.feather}
        hint={texts.masks.featherHint}
        inLine
        value={mask.featherPixels}
        min={0}
        max={limit * 2}
        step={1}
        defaultValue={0}
        {...gesture('Feather mask')}
        onChange={(featherPixels) => editor.update('Feather mask', now(), { featherPixels })}
      />
      <SwitchField
        label={texts.masks.softEdges}
        hint={texts.masks.softEdgesHint}
        checked={mask.softEdges === true}
        onChange={(softEdges) => editor.update('Soft edges', now(), { softEdges })}
      />
    </>
  );
}

function MaskKeys({ mask }: { mask: MaskRecord }): ReactNode {
  const { editor } = useProject();
  useSession((session) => session.playhead);
  const keys = useDocument((document) => document.childrenOf('maskKey', mask.id));
  const source = useDocument((document) => document.get('source', mask.sourceId));
  const frame = source ? shownSourceFrame(editor, source) : 0;
  const key = keyAt(editor.document, mask.id, frame);
  const isFollowed = useDocument((document) => document.childrenOf('followed', mask.id).length > 0);
  if (!key) return null;
  // What is followed needs no morphing between keys; a single key has nothing to morph to.
  const canMorph = !isFollowed && keys.length > 1;
  return (
    <Field>
      <FieldRow>
        {canMorph ? (
          <Hint text={texts.masks.betweenHint}>
            <span>
              <Segments
                label={texts.masks.between}
                value={key.interpolation}
                options={[
                  { value: 'hold', label: texts.masks.hold },
                  { value: 'linear', label: texts.masks.linear },
                ]}
                onChange={(interpolation) => editor.update('Mask key', key, { interpolation })}
              />
            </span>
          </Hint>
        ) : null}
        <HintText>{texts.masks.keys(keys.length)}</HintText>
        <IconButton
          icon="trash"
          small
          label={texts.masks.removeKey}
          reason={key.frameIndex === frame ? undefined : texts.masks.noKeyHere}
          onClick={() => removeKey(editor, key)}
        />
      </FieldRow>
    </Field>
  );
}
