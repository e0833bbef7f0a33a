import { type ReactNode, useState } from 'react';
import { valueLabel } from '../../electron/contract/grid/gridAxes.ts';
import type { GridCell, GridView } from '../../electron/contract/grid/grids.ts';
import { isFinal } from '../../electron/contract/jobs.ts';
import { bestScore, type MeasureName, measureNames, scoreText } from '../../electron/contract/measures/measures.ts';
import { useLoopedFrame } from '../preview/resultClock.ts';
import { useProject, useSession } from '../project/hooks.ts';
import { Button } from '../ui/controls/Button.tsx';
import { BareIconButton, IconButton } from '../ui/controls/IconButton.tsx';
import { Progress } from '../ui/controls/Progress.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Menu, MenuItem } from '../ui/surfaces/Menu.tsx';
import { texts } from '../ui/texts/texts.ts';
import { CellDetails } from './CellDetails.tsx';
import styles from './GridPage.module.css';
import { SheetFrame } from './SheetFrame.tsx';

const text = texts.grid;

/** Figures that stand in every cell; the others are beside the large one. */
const inCells = ['textAlignment', 'subjectFidelity', 'frameConsistency'] as const satisfies readonly MeasureName[];

/** Short names of those. */
const short: Readonly<Record<(typeof inCells)[number], string>> = {
  textAlignment: 'T',
  subjectFidelity: 'S',
  frameConsistency: 'F',
};

/** A grid: its cells play in step while the rest is made; one is shown large. */
export function GridTable({ grid }: { grid: GridView }): ReactNode {
  const { grids, messages } = useProject();
  const writer = useSession((session) => session.writer);
  const [pointed, setPointed] = useState<number | null>(null);
  const [plays, setPlays] = useState(true);
  const frames = Math.max(1, ...grid.cells.map(({ sheet }) => sheet?.frameCount ?? 1));
  const frame = useLoopedFrame(frames, grid.framesPerSecond, plays ? undefined : 0);
  const columns = grid.x.values.length;
  const best = new Map(
    measureNames.map((name) => [
      name,
      bestScore(
        name,
        grid.cells.map(({ measured }) => measured?.scores[name]),
      ),
    ]),
  );
  const shown = pointed ?? grid.cells.findIndex(({ sheet }) => sheet !== null);
  const keep = (cell: number): void => void messages.attempt(() => grids.keep(grid, cell));
  return (
    <div className={styles.made}>
      <Head grid={grid} plays={plays} onPlays={setPlays} />
      <div className={styles.body}>
        <div className={styles.scroll}>
          <div
            className={styles.table}
            style={{ gridTemplateColumns: `${grid.y ? 'max-content ' : ''}repeat(${columns}, ${columnWidth(grid)})` }}
          >
            {grid.y ? <span /> : null}
            {grid.x.values.map((value) => (
              <span key={String(value)} className={styles.columnName}>
                {valueLabel(grid.x, value)}
              </span>
            ))}
            {grid.cells.map((cell, index) => [
              grid.y && index % columns === 0 ? (
                <span key={`row ${cell.labels.at(-1)}`} className={styles.rowName}>
                  {cell.labels.at(-1)}
                </span>
              ) : null,
              <Cell
                key={cell.labels.join(' · ')}
                cell={cell}
                frame={frame}
                isShown={index === shown}
                bestIn={inCells.filter((name) => best.get(name) === index)}
                disabled={!writer}
                onPoint={() => setPointed(index)}
                onKeep={() => keep(index)}
              />,
            ])}
          </div>
        </div>
        <CellDetails grid={grid} cell={grid.cells[shown]} index={shown} frame={frame} best={best} onKeep={keep} />
      </div>
    </div>
  );
}

/** As wide as lets all rows be seen at once, names and figures included, but never tiny. */
function columnWidth({ x, cells }: GridView): string {
  const sheet = cells.find((cell) => cell.sheet)?.sheet;
  const ratio = sheet ? sheet.frameWidth / sheet.frameHeight : 1;
  return `minmax(84px, calc(${ratio} * ((100cqh - 28px) / ${cells.length / x.values.length} - 32px)))`;
}

/** How far it is, and what can be done with it as a whole. */
function Head({
  grid,
  plays,
  onPlays,
}: {
  grid: GridView;
  plays: boolean;
  onPlays: (plays: boolean) => void;
}): ReactNode {
  const { grids, takes, messages } = useProject();
  const writer = useSession((session) => session.writer);
  const made = grid.cells.filter(({ sheet }) => sheet !== null).length;
  const isRunning = !isFinal(grid.state);
  const attempt = (work: () => Promise<void>) => () => void messages.attempt(work);
  const state = isRunning
    ? text.made(made, grid.cells.length)
    : grid.state === 'done'
      ? grid.measuring
        ? text.measuring
        : text.made(made, grid.cells.length)
      : `${texts.jobs.states[grid.state]}${grid.error ? `: ${grid.error.message}` : ''} · ${text.made(made, grid.cells.length)}`;
  return (
    <div className={styles.head}>
      <IconButton
        icon={plays ? 'pause' : 'play'}
        label={plays ? text.pause : text.play}
        onClick={() => onPlays(!plays)}
      />
      <span className={styles.state} role="status" data-testid="grid-state" data-state={grid.state}>
        {state}
      </span>
      <span className={styles.progress}>
        {isRunning || grid.measuring ? (
          <Progress label={state} share={isRunning ? made / grid.cells.length : undefined} />
        ) : null}
      </span>
      {isRunning ? <Button onClick={() => void takes.job('cancel', grid.id)}>{text.stop}</Button> : null}
      {grid.state === 'failed' || grid.state === 'canceled' ? (
        <Button disabled={!writer} onClick={() => void takes.job('retry', grid.id)}>
          {text.goOn}
        </Button>
      ) : null}
      <Menu
        align="end"
        trigger={
          <Button disabled={made < grid.cells.length}>
            <Icon name="export" />
            {text.export}
          </Button>
        }
      >
        <MenuItem icon="film" label={text.exportVideo} onSelect={attempt(() => grids.export(grid.id, 'video'))} />
        <MenuItem
          icon="picture"
          label={text.exportPicture}
          onSelect={attempt(() => grids.export(grid.id, 'picture'))}
        />
        <MenuItem icon="all" label={text.exportTable} onSelect={attempt(() => grids.export(grid.id, 'table'))} />
      </Menu>
      <BareIconButton
        icon="trash"
        label={text.remove}
        disabled={!writer}
        onClick={attempt(() => grids.remove(grid.id))}
      />
    </div>
  );
}

/** One cell: it plays, and a click keeps it. */
function Cell({
  cell,
  frame,
  isShown,
  bestIn,
  disabled,
  onPoint,
  onKeep,
}: {
  cell: GridCell;
  frame: number;
  isShown: boolean;
  bestIn: readonly (typeof inCells)[number][];
  disabled: boolean;
  onPoint: () => void;
  onKeep: () => void;
}): ReactNode {
  const { sheet, measured, labels, takeId } = cell;
  if (!sheet) return <div className={styles.waiting} role="img" aria-label={`${labels.join(', ')}: ${text.waiting}`} />;
  const figures = inCells.filter((name) => (measured?.scores[name] ?? null) !== null);
  return (
    <button
      type="button"
      className={isShown ? `${styles.cell} ${styles.shown}` : styles.cell}
      aria-label={`${text.keep}: ${labels.join(', ')}`}
      disabled={disabled}
      onPointerEnter={onPoint}
      onFocus={onPoint}
      onClick={onKeep}
    >
      <SheetFrame sheet={sheet} frame={frame} />
      {takeId ? <span className={styles.keptMark}>★</span> : null}
      {figures.length > 0 ? (
        <span className={styles.figures}>
          {figures.map((name) => (
            <span key={name} className={bestIn.includes(name) ? styles.best : undefined}>
              {short[name]} {scoreText(name, measured?.scores[name])}
            </span>
          ))}
        </span>
      ) : null}
    </button>
  );
}
