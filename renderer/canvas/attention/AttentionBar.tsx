import { type ReactNode, useEffect, useSyncExternalStore } from 'react';
import type { TakeRecord } from '../../../electron/contract/records.ts';
import { mapOf, wordsLookedAt } from '../../project/attention.ts';
import { useProject, useSession } from '../../project/hooks.ts';
import { Segments } from '../../ui/controls/Segments.tsx';
import { HintText } from '../../ui/fields/Field.tsx';
import { texts } from '../../ui/texts/texts.ts';
import styles from './AttentionBar.module.css';

const text = texts.attention;

/** The take's words: pointing at one shows where it acts, a click keeps it. Which noise and which layers is chosen beside them. */
export function AttentionBar({ take }: { take: TakeRecord | undefined }): ReactNode {
  const { attention } = useProject();
  const state = useSyncExternalStore(attention.state.subscribe, () => attention.state.state);
  const mode = useSession((session) => session.viewMode);
  const takeId = take?.id ?? null;
  useEffect(() => attention.follow(takeId), [attention, takeId]);
  if (!state.isOn || !take || mode === 'source' || mode === 'timeline') return null;
  const { maps, kept, level, group } = state;
  if (!maps)
    return (
      <div className={styles.bar} role="status">
        <HintText>{text.reading}</HintText>
      </div>
    );
  const shown = wordsLookedAt(state);
  const names = [...maps.words, text.picture];
  const { peak } = mapOf(maps, { level, group, words: shown });
  return (
    // The stage below takes what is not taken here.
    <div
      className={styles.bar}
      role="toolbar"
      aria-label={text.bar}
      data-testid="attention-bar"
      onPointerDown={(event) => event.stopPropagation()}
    >
      <div className={styles.words}>
        {names.map((word, index) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: a word may stand twice in a prompt, and its place is what it is.
            key={index}
            type="button"
            className={[
              styles.word,
              index === maps.words.length && styles.picture,
              shown.includes(index) && styles.shown,
            ]
              .filter(Boolean)
              .join(' ')}
            aria-label={index === maps.words.length ? text.wordPicture : text.word(word)}
            aria-pressed={index === kept}
            onPointerEnter={() => attention.point([index])}
            onPointerLeave={() => attention.point(null)}
            onFocus={() => attention.point([index])}
            onBlur={() => attention.point(null)}
            onClick={() => attention.state.set({ kept: index })}
          >
            {word}
          </button>
        ))}
      </div>
      <div className={styles.choices}>
        <Segments
          label={text.level}
          value={String(level)}
          options={maps.levels.map((share, index) => ({ value: String(index), label: text.levels(share) }))}
          onChange={(value) => attention.state.set({ level: Number(value) })}
        />
        <Segments
          label={text.group}
          value={String(group)}
          options={maps.groups.map((name, index) => ({ value: String(index), label: groupName(name) }))}
          onChange={(value) => attention.state.set({ group: Number(value) })}
        />
        <span className={styles.peak}>
          <HintText>{text.peak(peak)}</HintText>
        </span>
      </div>
    </div>
  );
}

const groupName = (name: string): string =>
  name === 'down' || name === 'middle' || name === 'up' ? text.groups[name] : name;
