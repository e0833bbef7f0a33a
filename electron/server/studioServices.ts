import type { EnginePort } from '../engine/enginePort.ts';
import type { QueueEngine } from '../queue/queueEngine.ts';
import type { AblationService } from '../services/ablation/ablationService.ts';
import type { AlphaService } from '../services/alpha/alphaService.ts';
import type { EventBus } from '../services/eventBus.ts';
import type { FollowService } from '../services/following/followService.ts';
import type { GridService } from '../services/grids/gridService.ts';
import type { ExportService } from '../services/jobs/exportService.ts';
import type { JobList } from '../services/jobs/jobList.ts';
import type { JobService } from '../services/jobs/jobService.ts';
import type { AttentionService } from '../services/measures/attentionService.ts';
import type { FiguresService } from '../services/measures/figuresService.ts';
import type { ClickSelect } from '../services/media/clickSelect.ts';
import type { MediaCache } from '../services/media/mediaCache.ts';
import type { MediaPort } from '../services/media/mediaPort.ts';
import type { FollowerFiles } from '../services/models/followerFiles.ts';
import type { ModelLibrary } from '../services/models/library/modelLibrary.ts';
import type { ModelCatalogue } from '../services/models/modelCatalogue.ts';
import type { FolderGrants } from '../services/projects/folderGrants.ts';
import type { ProjectLibrary } from '../services/projects/projectLibrary.ts';
import type { StagingFolder } from '../services/projects/stagingFolder.ts';
import type { Uploads } from '../services/projects/uploads.ts';

/** What the desktop shell can do that a browser cannot; absent in a browser. */
export interface DesktopActions {
  reveal(path: string): void;
}

/** Everything the studio does, as the carrier uses it; `startStudio` puts it together. */
export interface StudioServices {
  bus: EventBus;
  library: ProjectLibrary;
  staging: StagingFolder;
  uploads: Uploads;
  grants: FolderGrants;
  /** Every job, whatever it makes. */
  jobs: JobList;
  takes: JobService;
  exports: ExportService;
  following: FollowService;
  grids: GridService;
  alpha: AlphaService;
  ablations: AblationService;
  attention: AttentionService;
  figures: FiguresService;
  cache: MediaCache;
  clicks: ClickSelect;
  followers: FollowerFiles;
  catalogue: ModelCatalogue;
  modelLibrary: ModelLibrary;
  /** The user's home folder. */
  home: string;
  media: MediaPort;
  engine: EnginePort;
  /** Where takes can be made elsewhere. */
  queue: QueueEngine | undefined;
  version: string;
  desktop: DesktopActions | undefined;
}
