import { Slider as RadixSlider } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import styles from './Slider.module.css';

/** A number and where it may lie. */
export interface NumberRange {
  value: number;
  min: number;
  max: number;
  step: number;
}

/** A bare slider of one value; `mark` shows a place on its track, `thumb` names its thumb. */
export function Slider({
  value,
  mark,
  thumb,
  ...rest
}: NumberRange & {
  mark?: number | undefined;
  thumb: Pick<
    ComponentProps<'span'>,
    'aria-label' | 'aria-labelledby' | 'aria-describedby' | 'aria-description' | 'aria-valuetext'
  >;
} & Omit<ComponentProps<typeof RadixSlider.Root>, keyof NumberRange | 'className'>): ReactNode {
  const { min, max } = rest;
  const share = mark === undefined ? undefined : (mark - min) / (max - min);
  return (
    <RadixSlider.Root className={styles.slider} value={[Math.min(max, Math.max(min, value))]} {...rest}>
      <RadixSlider.Track className={styles.track}>
        <RadixSlider.Range className={styles.range} />
      </RadixSlider.Track>
      {share === undefined ? null : (
        <span className={styles.mark} style={{ left: `calc(${share * 100}% + ${7 - 14 * share}px)` }} />
      )}
      <RadixSlider.Thumb className={styles.thumb} {...thumb} />
    </RadixSlider.Root>
  );
}
