import { z } from 'zod';
import { errorOnWire } from '../errorOnWire.ts';
import { recordId } from '../identities.ts';
import { jobStates, previewSheet, takeRequest } from '../jobs.ts';
import { measuredTake } from '../measures/measures.ts';
import { documentRecord } from '../records.ts';
import { gridAxis } from './gridAxes.ts';

/** A cell of a grid as the page sees it. */
export const gridCell = z.strictObject({
  labels: z.array(z.string()),
  /** The cell's frames to be played; null until it is made. */
  sheet: previewSheet.nullable(),
  framesSha256: z.string().nullable(),
  seconds: z.number().nullable(),
  measured: measuredTake.nullable(),
  /** The take that was made of it. */
  takeId: recordId.nullable(),
});

/** See {@link gridCell}. */
export type GridCell = z.output<typeof gridCell>;

/** A grid as the page sees it; every change is sent whole. */
export const gridView = z.strictObject({
  id: recordId,
  projectId: z.string(),
  label: z.string(),
  createdAt: z.string(),
  x: gridAxis,
  y: gridAxis.nullable(),
  framesPerSecond: z.number(),
  /** Of its making: cells are made one after the other. */
  state: z.enum(jobStates),
  /** Whether made cells are being measured. */
  measuring: z.boolean(),
  error: errorOnWire.nullable(),
  /** Row by row. */
  cells: z.array(gridCell).min(1).max(64),
});

/** See {@link gridView}. */
export type GridView = z.output<typeof gridView>;

const projectId = z.string().max(200);
const gridInProject = z.strictObject({ projectId, gridId: recordId });

/** Calls about grids. */
export const gridMethods = {
  'grids.list': { input: z.strictObject({ projectId }), output: z.strictObject({ grids: z.array(gridView) }) },
  /** Starts a grid of takes of one request, a cell for every pair of values. */
  'grids.start': {
    input: z.strictObject({ projectId, request: takeRequest, x: gridAxis, y: gridAxis.nullable() }),
    output: z.strictObject({ gridId: recordId }),
  },
  /** A made cell as the records of a take with its recipe and of its place on the timeline; the page adds them, so that undo takes them back. */
  'grids.takeOfCell': {
    input: z.strictObject({ projectId, gridId: recordId, cell: z.int().min(0).max(63) }),
    output: z.strictObject({ takeId: recordId, records: z.array(documentRecord) }),
  },
  'grids.remove': { input: gridInProject, output: z.strictObject({}) },
  /** Writes the whole grid under its labels: as a clip by a job, as a picture or a table at once. */
  'grids.export': {
    input: gridInProject.extend({ form: z.enum(['video', 'picture', 'table']) }),
    output: z.strictObject({ file: z.strictObject({ url: z.string(), name: z.string() }).nullable() }),
  },
} as const;
