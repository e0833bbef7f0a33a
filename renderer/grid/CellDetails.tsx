import type { ReactNode } from 'react';
import type { GridCell, GridView } from '../../electron/contract/grid/grids.ts';
import type { MeasureName } from '../../electron/contract/measures/measures.ts';
import { useDocument, useSession } from '../project/hooks.ts';
import { Button } from '../ui/controls/Button.tsx';
import { HintText } from '../ui/fields/Field.tsx';
import { texts } from '../ui/texts/texts.ts';
import { FigureList } from './FigureList.tsx';
import styles from './GridPage.module.css';
import { SheetFrame } from './SheetFrame.tsx';

const text = texts.grid;

/** The cell that is pointed at, large, with every figure and who read it. */
export function CellDetails({
  grid,
  cell,
  index,
  frame,
  best,
  onKeep,
}: {
  grid: GridView;
  cell: GridCell | undefined;
  index: number;
  frame: number;
  best: ReadonlyMap<MeasureName, number | undefined>;
  onKeep: (index: number) => void;
}): ReactNode {
  const writer = useSession((session) => session.writer);
  const take = useDocument((document) => document.get('take', cell?.takeId));
  if (!cell?.sheet)
    return (
      <aside className={styles.details} aria-label={grid.label}>
        <HintText>{text.point}</HintText>
      </aside>
    );
  const { sheet, labels, measured } = cell;
  return (
    <aside className={styles.details} aria-label={labels.join(', ')} data-testid="grid-large">
      <SheetFrame sheet={sheet} frame={frame} />
      <strong>{labels.join(', ')}</strong>
      {measured ? <FigureList measured={measured} isBest={(name) => best.get(name) === index} /> : null}
      <Button primary disabled={!writer} onClick={() => onKeep(index)}>
        {take ? text.cell(take.name) : text.keep}
      </Button>
      <HintText>{text.point}</HintText>
    </aside>
  );
}
