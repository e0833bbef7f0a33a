import { z } from 'zod';
import { documentDiff, keptHistory } from './documentDiff.ts';
import { ablationMethods } from './grid/ablations.ts';
import { alphaMethods } from './grid/alphaSearches.ts';
import { gridMethods } from './grid/grids.ts';
import { recordId } from './identities.ts';
import { exportOptions, followRequest, jobView, takeRequest } from './jobs.ts';
import { maskOperation, regionPrompt } from './masks/maskOperations.ts';
import { attentionMethods } from './measures/attention.ts';
import { figuresMethods } from './measures/takeFigures.ts';
import { modelMethods } from './models/modelLibrary.ts';
import { modelView } from './models/modelView.ts';
import { promptWorld } from './models/promptWorld.ts';
import { documentRecord, sourceRecord } from './records.ts';
import { retakeRequest } from './retake.ts';
import { subjectExamination } from './subjectExamination.ts';
import { takeFile } from './takeRecipe.ts';

export type { ModelView } from './models/modelView.ts';

const none = z.strictObject({});
const projectId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const windowId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const jobId = recordId;
const sizeInPixels = z.strictObject({ width: z.int().min(1), height: z.int().min(1) });
const inProject = z.strictObject({ projectId });
const jobInProject = z.strictObject({ projectId, jobId });
const project = z.strictObject({ projectId });

/** Name under which an upload waits for the call that uses it. */
export const uploadId = z.string().regex(/^upload-[A-Za-z0-9]{8,48}$/);

/** A project in the list of recents. */
export const projectSummary = z.strictObject({
  projectId,
  name: z.string(),
  modifiedAt: z.string(),
  takeCount: z.int(),
  /** A picture of it, if any. */
  posterUrl: z.string().nullable(),
});

/** See {@link projectSummary}. */
export type ProjectSummary = z.output<typeof projectSummary>;

/** The provider that runs the model, once known. */
export const deviceView = z.strictObject({
  provider: z.string(),
  /** Of large networks' products. */
  precision: z.enum(['float16', 'float32']),
  /** Whether what stays the same from step to step stays on the device. */
  holdsValues: z.boolean(),
  name: z.string(),
  warnings: z.array(z.string()),
});

/** Every call a page can make: `POST /rpc/<name>` with the input as JSON, answered with the output as JSON. */
export const methods = {
  'studio.info': {
    input: none,
    output: z.strictObject({
      version: z.string(),
      workspace: z.string(),
      models: z.array(modelView),
      /** The checkpoint that selects by clicks and follows; null where there is none. */
      follower: z.strictObject({ name: z.string() }).nullable(),
      /** The queue over which takes can be made elsewhere; null where there is none. */
      queue: z.strictObject({ label: z.string() }).nullable(),
      /** The folder to put models into. */
      modelsFolder: z.string(),
      desktop: z.boolean(),
    }),
  },
  /** Who is there to make takes over the queue. @throws StudioError `queue-unreachable` */
  'studio.workers': {
    input: none,
    output: z.strictObject({
      workers: z.array(
        z.strictObject({
          host: z.string(),
          provider: z.string(),
          memoryBytes: z.number(),
          /** Titles of the models it has. */
          models: z.array(z.string()),
        }),
      ),
    }),
  },
  /** The device that runs the model; starts the engine where it is not running yet. */
  'studio.device': { input: none, output: deviceView },
  'models.words': {
    input: z.strictObject({ modelId: z.string().max(200) }),
    output: z.strictObject({ words: z.array(z.string()), world: promptWorld.nullable() }),
  },
  ...modelMethods,
  ...gridMethods,
  ...ablationMethods,
  ...attentionMethods,
  ...figuresMethods,
  ...alphaMethods,
  'projects.list': { input: none, output: z.strictObject({ projects: z.array(projectSummary) }) },
  'projects.create': { input: z.strictObject({ name: z.string().min(1).max(100) }), output: project },
  'projects.sample': { input: none, output: project },
  'projects.open': {
    input: z.strictObject({ projectId, windowId, takeOver: z.boolean().default(false) }),
    output: z.strictObject({
      projectId,
      sequence: z.int(),
      /** False: another window writes; this one may look. */
      writer: z.boolean(),
      records: z.array(documentRecord),
      jobs: z.array(jobView),
      missingSourceIds: z.array(recordId),
      /** What was damaged when the studio opened it, and how much is lost; null where all was whole. */
      recovery: z.string().nullable(),
    }),
  },
  /** A project chosen in the desktop's own dialog, by the grant that dialog gave. */
  'projects.openGranted': { input: z.strictObject({ grant: z.string().max(100) }), output: project },
  'projects.close': { input: z.strictObject({ projectId, windowId }), output: none },
  'projects.saveAs': { input: z.strictObject({ projectId, name: z.string().min(1).max(100) }), output: project },
  'projects.pack': {
    input: inProject,
    output: z.strictObject({ url: z.string(), name: z.string(), sizeBytes: z.int() }),
  },
  'projects.unpack': { input: z.strictObject({ uploadId }), output: project },
  'document.apply': {
    input: z.strictObject({ projectId, windowId, diff: documentDiff }),
    output: z.strictObject({ sequence: z.int() }),
  },
  /** The steps that can be taken back, as the window that wrote last kept them; and keeping them. */
  'history.read': { input: inProject, output: keptHistory },
  'history.keep': { input: z.strictObject({ projectId, windowId, history: keptHistory }), output: none },
  /** Reads an upload into the project's assets and describes it; the page adds the record, so that undo takes it back. */
  'sources.import': {
    input: z.strictObject({ projectId, uploadId, name: z.string().min(1).max(200) }),
    /** `note`: what is wrong with the file, though it can be used. */
    output: z.strictObject({ source: sourceRecord, note: z.string().nullable() }),
  },
  /** Puts an upload in a missing source's place; `identical` says whether it is the very same file. */
  'sources.relink': {
    input: z.strictObject({ projectId, sourceId: recordId, uploadId }),
    output: z.strictObject({ source: sourceRecord, identical: z.boolean() }),
  },
  /** Starts reading thumbnails and waveform of a source; they arrive as events. */
  'sources.prepare': { input: z.strictObject({ projectId, sourceId: recordId }), output: none },
  /** Cuts a subject out from scribbles; the region arrives as a `smartSelect` event. */
  'masks.smartSelect': {
    input: z.strictObject({
      projectId,
      requestId: z.string().max(64),
      sourceId: recordId,
      frameIndex: z.int().min(0),
      scribbles: z.array(maskOperation).min(1).max(200),
    }),
    output: none,
  },
  /** Encodes a frame ahead of the first click on it; `clickReady` tells when it is done. */
  'masks.prepareClick': {
    input: z.strictObject({ projectId, sourceId: recordId, frameIndex: z.int().min(0) }),
    output: none,
  },
  /** Selects the subject by clicks or a box; the region arrives as a `smartSelect` event. */
  'masks.click': {
    input: z.strictObject({
      projectId,
      requestId: z.string().max(64),
      sourceId: recordId,
      frameIndex: z.int().min(0),
      prompt: regionPrompt,
    }),
    output: none,
  },
  /** Examines a subject as a model with a canvas of so many pixels sees it: noise, contrast, and what would help. */
  'subjects.examine': {
    input: z.strictObject({
      projectId,
      sourceId: recordId,
      maskId: recordId.nullable(),
      frameIndex: z.int().min(0),
      canvas: z.int().min(8).max(4096),
    }),
    output: z.strictObject({ examination: subjectExamination }),
  },
  'jobs.estimate': {
    input: z.strictObject({ projectId, request: takeRequest }),
    output: z.strictObject({
      memoryBytes: z.number(),
      seconds: z.number(),
      /** Size at which the model draws, and that of the finished frames. */
      drawn: sizeInPixels,
      finished: sizeInPixels,
      advice: z.string().nullable(),
    }),
  },
  /** Starts a take, or with `live` a preview that takes the place of this window's last one. */
  'jobs.start': {
    input: z.strictObject({ projectId, windowId, request: takeRequest, live: z.boolean().default(false) }),
    output: z.strictObject({ jobId }),
  },
  /** Follows a mask from its hand-made keys; what comes of it arrives as a change of the document. */
  'masks.follow': {
    input: z.strictObject({ projectId, request: followRequest }),
    output: z.strictObject({ jobId }),
  },
  'jobs.cancel': { input: jobInProject, output: none },
  'jobs.retry': { input: jobInProject, output: none },
  /** Makes a range or a region of a take anew, as a new take. */
  'jobs.retake': {
    input: z.strictObject({ projectId, windowId, request: retakeRequest }),
    output: z.strictObject({ jobId }),
  },
  /** Decodes a take's saved latents again, as a new take. */
  'jobs.decodeAgain': { input: z.strictObject({ projectId, takeId: recordId }), output: z.strictObject({ jobId }) },
  /** Takes a finished job off the list. */
  'jobs.dismiss': { input: jobInProject, output: none },
  'exports.start': {
    /** Without a take: the timeline as it is arranged. */
    input: z.strictObject({ projectId, takeId: recordId.nullable(), options: exportOptions }),
    output: z.strictObject({ jobId }),
  },
  /** Shows a file that an export made in the system's file manager; desktop only. */
  'exports.reveal': { input: jobInProject, output: none },
  /** A take's recipe as a file of its own, its mask's drawing in it: to keep, and to use again. */
  'takes.file': { input: z.strictObject({ projectId, takeId: recordId }), output: takeFile },
} as const;

/** Name of a call. */
export type MethodName = keyof typeof methods;
/** What a call takes; defaults may be absent. */
export type MethodInput<M extends MethodName> = z.input<(typeof methods)[M]['input']>;
/** What a call's handler gets. */
export type MethodParsed<M extends MethodName> = z.output<(typeof methods)[M]['input']>;
/** What a call answers. */
export type MethodOutput<M extends MethodName> = z.output<(typeof methods)[M]['output']>;
