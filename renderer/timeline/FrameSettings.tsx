import type { ReactNode } from 'react';
import { timelineFrameSize } from '../../electron/contract/timeline/shownMedia.ts';
import { targetOf } from '../editor/timeline/arrangement.ts';
import { changeFormat, changeRate } from '../editor/timeline/formatCommands.ts';
import { useDocument, useProject, useSession } from '../project/hooks.ts';
import { Button } from '../ui/controls/Button.tsx';
import { BareIconButton } from '../ui/controls/IconButton.tsx';
import { FieldRow, FieldStack, HintText, Inline } from '../ui/fields/Field.tsx';
import { NumberField } from '../ui/fields/NumberField.tsx';
import { SizeRow } from '../ui/fields/SizeRow.tsx';
import { PopoverPanel } from '../ui/surfaces/PopoverPanel.tsx';
import { texts } from '../ui/texts/texts.ts';

const text = texts.timeline;

/** The timeline's frame: its size, its own or the first clip's, and its rate. */
export function FrameSettings(): ReactNode {
  const { editor } = useProject();
  const { document } = editor;
  const writer = useSession((session) => session.writer);
  const project = useDocument((store) => store.get('project', 'project'));
  const tracks = useDocument((store) => store.all('track'));
  const items = useDocument((store) => store.all('item'));
  const size = timelineFrameSize(project, tracks, items, (id) => targetOf(document, id));
  const isOwn = project?.timeline?.width !== undefined;
  return (
    <PopoverPanel
      label={text.frame}
      trigger={<BareIconButton icon="rectangle" label={text.frame} title={text.frame} disabled={!writer} />}
    >
      <FieldStack>
        <SizeRow
          label={text.frameSize}
          size={size ?? {}}
          min={16}
          max={8192}
          step={2}
          onSize={(side) => size && changeFormat(editor, text.frameSize, { ...size, ...side })}
        />
        <FieldRow>
          <HintText>{isOwn ? text.ownSize : text.clipSize}</HintText>
          {isOwn ? (
            <Button small onClick={() => changeFormat(editor, text.frameSize, { width: undefined, height: undefined })}>
              {text.asFirst}
            </Button>
          ) : null}
        </FieldRow>
        <FieldRow>
          <span>{texts.export.rate}</span>
          <Inline>
            <NumberField
              label={texts.export.rate}
              value={project?.framesPerSecond}
              min={1}
              max={240}
              step={0.01}
              onValue={(rate) => changeRate(editor, rate)}
            />
            <HintText>{texts.export.perSecond}</HintText>
          </Inline>
        </FieldRow>
        <HintText>{text.rateHint}</HintText>
      </FieldStack>
    </PopoverPanel>
  );
}
