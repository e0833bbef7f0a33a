import { StudioError } from '../../../models/errors/studioError.ts';
import type { MaskOperation, RegionPrompt } from '../../../models/masks/maskDrawing.ts';
import { wireErrorOf } from '../../contract/errorOnWire.ts';
import type { StudioEvent } from '../../contract/events.ts';
import type { SourceRecord } from '../../contract/records.ts';
import type { ClickRegion, ClickWork } from '../../engine/clicks/clickProtocol.ts';
import type { EventBus } from '../eventBus.ts';
import type { FollowerFile } from '../models/followerFiles.ts';
import type { OpenProject } from '../projects/openProject.ts';

/** The process that selects by clicks, as it is used here; the composition root hands it in. */
export interface ClickPort {
  work(work: ClickWork): Promise<ClickRegion | null>;
  close(): void;
}

const failed = 'Selecting failed';

/** Selects a source's subject by clicks with the checkpoint that there is; what comes of it is told as events. */
export class ClickSelect {
  readonly #port: ClickPort;
  readonly #bus: EventBus;
  readonly #checkpoint: () => Promise<FollowerFile | null>;

  constructor(port: ClickPort, bus: EventBus, checkpoint: () => Promise<FollowerFile | null>) {
    this.#port = port;
    this.#bus = bus;
    this.#checkpoint = checkpoint;
  }

  /** Encodes a frame ahead of the first click; `clickReady` tells when it is done. */
  prepare(project: OpenProject, source: SourceRecord, frameIndex: number): void {
    const place = { projectId: project.id, sourceId: source.id, frameIndex };
    this.#work(project, source, frameIndex, null).then(
      () => this.#bus.publish({ type: 'clickReady', ...place, error: null }),
      (cause: unknown) => this.#bus.publish({ type: 'clickReady', ...place, error: wireErrorOf(cause, failed) }),
    );
  }

  /** Selects what a prompt says; the region comes as a `smartSelect` event. */
  select(
    project: OpenProject,
    source: SourceRecord,
    frameIndex: number,
    prompt: RegionPrompt,
    requestId: string,
  ): void {
    const tell = (answer: Pick<Extract<StudioEvent, { type: 'smartSelect' }>, 'operation' | 'error'>): void =>
      this.#bus.publish({ type: 'smartSelect', requestId, ...answer });
    this.#work(project, source, frameIndex, prompt).then(
      (region) => tell({ operation: operationOf(region, prompt), error: null }),
      (cause: unknown) => tell({ operation: null, error: wireErrorOf(cause, failed) }),
    );
  }

  close(): void {
    this.#port.close();
  }

  async #work(
    project: OpenProject,
    { assetId, media, framesPerSecond }: SourceRecord,
    frameIndex: number,
    prompt: RegionPrompt | null,
  ): Promise<ClickRegion | null> {
    const file = await this.#checkpoint();
    if (!file)
      throw new StudioError('model-missing', 'No SAM 2.1 checkpoint is here to select by clicks.', {
        hint: 'Put sam2.1_hiera_tiny.pt into the models folder, or scribble over the subject.',
      });
    if (media === 'sound') throw new StudioError('request-invalid', 'A sound has no picture to select in.');
    const path = project.store.assets.pathOf(assetId);
    return this.#port.work({ checkpoint: file.path, frame: { path, media, framesPerSecond, frameIndex }, prompt });
  }
}

function operationOf(region: ClickRegion | null, prompt: RegionPrompt): MaskOperation | null {
  return region && { kind: 'region', mode: 'paint', ...region, prompt };
}
