import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useProjectState } from '../../../project/hooks.ts';
import { Field, HintText } from '../../../ui/fields/Field.tsx';
import { TextArea } from '../../../ui/fields/TextInput.tsx';
import { texts } from '../../../ui/texts/texts.ts';
import { unknownWords } from './unknownWords.ts';
import { useActingWords } from './useActingWords.ts';
import { WordMarks } from './WordMarks.tsx';

const noWords: ReadonlySet<string> = new Set();

/** How long a pause in typing makes the words so far one step. */
const pauseMilliseconds = 450;

/**
 * A sentence for the model. Typing is one step until a pause or until the field is left; words the model does not know are named. While a
 * take's maps are shown, the word under the pointer or at the caret shows its own.
 */
export function PromptField({
  label,
  placeholder,
  value,
  onCommit,
  rows,
  pointsAtTake = false,
}: {
  label: string;
  placeholder: string;
  value: string;
  onCommit: (text: string) => void;
  rows: number;
  /** Whether its words show where they act in the shown take. */
  pointsAtTake?: boolean;
}): ReactNode {
  const id = useId();
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // What a model of a small world makes of a sentence is told by meaning, below it.
  const words = useProjectState((state) => (state.world ? noWords : state.words));
  useEffect(() => setText(value), [value]);
  const commit = (next: string): void => {
    clearTimeout(timer.current);
    if (next !== value) onCommit(next);
  };
  const unknown = unknownWords(text, words);
  const area = useRef<HTMLTextAreaElement>(null);
  const acting = useActingWords(pointsAtTake ? text : '');
  const pointAtCaret = (): void => {
    const caret = area.current?.selectionStart ?? -1;
    const word = acting.words.find(({ from, to }) => caret >= from && caret <= to);
    acting.point(word ? [word.index] : null);
  };
  return (
    <Field>
      <label htmlFor={id}>{label}</label>
      <WordMarks text={text} area={area} acting={acting}>
        <TextArea
          ref={area}
          id={id}
          rows={rows}
          value={text}
          placeholder={placeholder}
          spellCheck={false}
          aria-describedby={acting.words.length > 0 ? `${id}-unknown ${id}-acting` : `${id}-unknown`}
          onChange={(event) => {
            const next = event.target.value;
            setText(next);
            clearTimeout(timer.current);
            timer.current = setTimeout(() => commit(next), pauseMilliseconds);
          }}
          onKeyDown={(event) => {
            // The take that this starts is of the words as they stand.
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) commit(text);
          }}
          onSelect={acting.words.length > 0 ? pointAtCaret : undefined}
          onBlur={() => {
            acting.point(null);
            commit(text);
          }}
        />
      </WordMarks>
      {acting.words.length > 0 ? <HintText id={`${id}-acting`}>{texts.attention.pointAtPrompt}</HintText> : null}
      <HintText warn id={`${id}-unknown`} role="status">
        {unknown.length > 0 ? texts.inspector.unknownWords(unknown.join(', ')) : ''}
      </HintText>
    </Field>
  );
}
