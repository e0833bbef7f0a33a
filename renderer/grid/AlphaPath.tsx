import type { ReactNode } from 'react';
import type { AlphaPoint, AlphaSearchView } from '../../electron/contract/grid/alphaSearches.ts';
import { texts } from '../ui/texts/texts.ts';
import styles from './AlphaFinder.module.css';

const text = texts.findAlpha;

/** Side of the drawing, and room around it for its names. */
const side = 190;
const room = 26;
const above = 12;

/** Points of a search over text α (right) and image α (up): the brighter the better, the way along those that were taken. */
export function AlphaPath({ path, best }: Pick<AlphaSearchView, 'path' | 'best'>): ReactNode {
  const most = Math.max(2, ...path.flatMap(({ point }) => [point.text, point.image]));
  const scores = path.map(({ score }) => score);
  const [least, largest] = [Math.min(...scores), Math.max(...scores)];
  const place = ({ text: x, image: y }: AlphaPoint) => ({
    x: room + (side * x) / most,
    y: side + above - (side * y) / most,
  });
  const way = path.filter(({ taken }) => taken).map(({ point }) => place(point));
  return (
    <svg
      className={styles.plot}
      viewBox={`0 0 ${side + room + 10} ${side + above + room}`}
      role="img"
      aria-label={text.plot(String(best?.text ?? 1), String(best?.image ?? 1))}
    >
      <path className={styles.axes} d={`M${room} ${above}V${side + above}H${room + side}`} />
      <text className={styles.axisName} x={room + side} y={side + above + 15} textAnchor="end">
        {text.text} {most}
      </text>
      <text
        className={styles.axisName}
        x={room - 6}
        y={above + 8}
        textAnchor="end"
        transform={`rotate(-90 ${room - 6} ${above + 8})`}
      >
        {text.image} {most}
      </text>
      <polyline className={styles.way} points={way.map(({ x, y }) => `${x},${y}`).join(' ')} />
      {path.map(({ point, score }, index) => {
        const share = largest > least ? (score - least) / (largest - least) : 1;
        return (
          <circle
            // biome-ignore lint/suspicious/noArrayIndexKey: the path only grows, and a point's place in it is what it is.
            key={index}
            className={styles.point}
            cx={place(point).x}
            cy={place(point).y}
            r={3 + 3 * share}
            fillOpacity={0.25 + 0.75 * share}
          >
            <title>{`${text.point(point.text, point.image, '')}: ${score.toFixed(2)}`}</title>
          </circle>
        );
      })}
      {best ? <circle className={styles.best} cx={place(best).x} cy={place(best).y} r={9} /> : null}
    </svg>
  );
}
