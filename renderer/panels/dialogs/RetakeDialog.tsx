import { type ReactNode, useState } from 'react';
import type { MaskRecord, SourceRecord, TakeRecord } from '../../../electron/contract/records.ts';
import type { RetakeRequest } from '../../../electron/contract/retake.ts';
import { useDocument, useProject } from '../../project/hooks.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { FieldRow, FieldStack, HintText, Inline } from '../../ui/fields/Field.tsx';
import { NumberField } from '../../ui/fields/NumberField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { LabelledInput } from '../../ui/fields/TextInput.tsx';
import { Modal, ModalActions } from '../../ui/surfaces/Modal.tsx';
import { texts } from '../../ui/texts/texts.ts';

const text = texts.retake;
const largestSeed = 2 ** 32 - 1;

/** Asks which frames of the shown take, or which painted region of them, are to be made anew. */
export function RetakeDialog({ inRegion, onClose }: { inRegion: boolean; onClose: () => void }): ReactNode {
  const take = useDocument((document) => document.get('take', document.get('view', 'view')?.takeId));
  const source = useDocument((document) => document.get('source', take?.recipe.source.sourceId));
  const shown = useDocument((document) => document.get('view', 'view')?.maskId);
  const masks = useDocument((document) => document.all('mask'));
  if (!take) return null;
  const regions = masks.filter((mask) => mask.sourceId === source?.id);
  // What was painted last is likelier a region than the subject that the take was made with.
  const region =
    regions.find(({ id }) => id === shown && id !== take.recipe.maskId) ??
    regions.findLast(({ id }) => id !== take.recipe.maskId) ??
    regions[0];
  return (
    <Modal title={inRegion ? text.regionTitle(take.name) : text.framesTitle(take.name)} onClose={onClose}>
      {inRegion && !region ? (
        <HintText warn>{text.noRegion}</HintText>
      ) : (
        <RetakeForm
          take={take}
          range={rangeOf(take, source, inRegion)}
          regions={inRegion ? regions : []}
          region={inRegion ? region : undefined}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}

/** Frames of the take to begin with: between the source's in and out, where those are some of an edit's; a region in all of them. */
function rangeOf(
  { recipe, result }: TakeRecord,
  source: SourceRecord | undefined,
  inRegion: boolean,
): Pick<RetakeRequest, 'firstFrame' | 'endFrame'> {
  const whole = { firstFrame: 0, endFrame: result.frameCount };
  if (inRegion || !source || recipe.settings.task !== 'edit') return whole;
  const firstFrame = Math.max(0, source.inFrame - recipe.source.inFrame);
  const endFrame = Math.min(result.frameCount, source.outFrame - recipe.source.inFrame);
  return firstFrame < endFrame ? { firstFrame, endFrame } : whole;
}

function RetakeForm({
  take,
  range,
  regions,
  region,
  onClose,
}: {
  take: TakeRecord;
  range: Pick<RetakeRequest, 'firstFrame' | 'endFrame'>;
  regions: readonly MaskRecord[];
  region: MaskRecord | undefined;
  onClose: () => void;
}): ReactNode {
  const { takes } = useProject();
  const [request, setRequest] = useState<RetakeRequest>(() => ({
    takeId: take.id,
    ...range,
    regionMaskId: region?.id ?? null,
    prompt: take.recipe.settings.prompt,
    seed: Math.floor(Math.random() * (largestSeed + 1)),
  }));
  const change = (part: Partial<RetakeRequest>): void => setRequest((old) => ({ ...old, ...part }));
  const { frameCount } = take.result;
  const isWhole = !region && request.firstFrame === 0 && request.endFrame === frameCount;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole) return;
        onClose();
        void takes.retake({ ...request, prompt: request.prompt.trim() });
      }}
    >
      <FieldStack>
        <HintText>{region ? text.regionHint : text.framesHint}</HintText>
        <LabelledInput
          label={text.prompt}
          value={request.prompt}
          maxLength={4000}
          onValue={(prompt) => change({ prompt })}
        />
        {region ? (
          <SelectField
            label={text.region}
            value={request.regionMaskId ?? region.id}
            options={regions.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(regionMaskId) => change({ regionMaskId })}
          />
        ) : null}
        <FieldRow>
          <span>{texts.export.range}</span>
          <Inline>
            <NumberField
              label={texts.export.from}
              value={request.firstFrame + 1}
              min={1}
              max={request.endFrame}
              step={1}
              onValue={(value) => change({ firstFrame: value - 1 })}
            />
            –
            <NumberField
              label={texts.export.to}
              value={request.endFrame}
              min={request.firstFrame + 1}
              max={frameCount}
              step={1}
              onValue={(endFrame) => change({ endFrame })}
            />
          </Inline>
        </FieldRow>
        {isWhole ? <HintText role="status">{text.whole}</HintText> : null}
        <ModalActions>
          <Button onClick={onClose}>{texts.dialog.cancel}</Button>
          <Button type="submit" primary aria-disabled={isWhole}>
            {text.start}
          </Button>
        </ModalActions>
      </FieldStack>
    </form>
  );
}
