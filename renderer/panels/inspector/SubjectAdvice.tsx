import type { ReactNode } from 'react';
import { subjectWeaknesses } from '../../../electron/contract/subjectExamination.ts';
import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';
import { useProjectState } from '../../project/hooks.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { HintText } from '../../ui/fields/Field.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { useSetting } from './SettingFields.tsx';

const text = texts.inspector;

/** Below the prompt: what the model will find hard to see of the subject, mended by one click, which one undo takes back. */
export function SubjectAdvice({ settings }: { settings: TakeSettings }): ReactNode {
  const subject = useProjectState((state) => state.subject);
  const set = useSetting();
  const { task, keep, prepare } = settings;
  if (!subject || (task === 'edit' && keep === 'rest')) return null;
  const { advised } = subject;
  const weaknesses = subjectWeaknesses(subject, advised, prepare);
  if (weaknesses.length === 0) return null;
  const mended = {
    denoise: prepare.denoise || advised.denoise,
    levels: prepare.levels || advised.levels,
    outline: prepare.outline || advised.outline,
  };
  return (
    <HintText warn>
      {weaknesses.join(' ')}{' '}
      <Button small onClick={() => set(text.mendSubject, { prepare: mended })}>
        {text.mendSubject}
      </Button>
    </HintText>
  );
}
