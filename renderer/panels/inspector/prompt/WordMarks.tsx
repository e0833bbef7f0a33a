import { type PointerEvent, type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react';
import type { ActingWords } from './useActingWords.ts';
import styles from './WordMarks.module.css';

/** What of a text area's look decides where its letters stand. */
const letters = ['font', 'letterSpacing', 'lineHeight', 'padding', 'borderWidth', 'textIndent', 'tabSize'] as const;

/**
 * A text area, given as `children`, whose words can be pointed at: the same letters lie over it unseen, and mark the words whose map is
 * shown.
 */
export function WordMarks({
  text,
  area,
  acting,
  children,
}: {
  text: string;
  area: RefObject<HTMLTextAreaElement | null>;
  acting: ActingWords;
  children: ReactNode;
}): ReactNode {
  const marks = useRef<HTMLDivElement>(null);
  const { words, shown, point } = acting;
  const isOn = words.length > 0;
  useLayoutEffect(() => {
    const [over, under] = [marks.current, area.current];
    if (!isOn || !over || !under) return undefined;
    const align = (): void => {
      const look = getComputedStyle(under);
      for (const name of letters) over.style[name] = look[name];
      // A bar to scroll with takes room from the letters.
      over.style.right = `${under.offsetWidth - under.clientWidth - 2 * under.clientLeft}px`;
      over.style.bottom = `${(under.parentElement?.clientHeight ?? 0) - under.offsetHeight}px`;
      over.scrollTop = under.scrollTop;
    };
    align();
    const resized = new ResizeObserver(align);
    resized.observe(under);
    under.addEventListener('scroll', align);
    return () => {
      resized.disconnect();
      under.removeEventListener('scroll', align);
    };
  }, [isOn, area]);
  const pointAt = ({ clientX, clientY }: PointerEvent): void => {
    const found = [...(marks.current?.querySelectorAll('span') ?? [])].find((word) =>
      [...word.getClientRects()].some(
        ({ left, right, top, bottom }) => clientX >= left && clientX < right && clientY >= top && clientY < bottom,
      ),
    );
    point(found ? [Number(found.dataset.word)] : null);
  };
  return (
    <div
      className={styles.under}
      onPointerMove={isOn ? pointAt : undefined}
      onPointerLeave={isOn ? () => point(null) : undefined}
    >
      {children}
      {isOn ? (
        <div ref={marks} className={styles.marks} aria-hidden>
          {words.flatMap(({ from, to, index }, at) => [
            text.slice(words[at - 1]?.to ?? 0, from),
            <span key={index} data-word={index} className={shown.includes(index) ? styles.shown : undefined}>
              {text.slice(from, to)}
            </span>,
          ])}
          {text.slice(words.at(-1)?.to ?? 0)}
        </div>
      ) : null}
    </div>
  );
}
