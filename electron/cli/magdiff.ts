/** The `magdiff` command: reads the command line, runs one command, ends with its exit code. */
import { Command, CommanderError } from 'commander';
import { StudioError } from '../../models/errors/studioError.ts';
import { exportFormatNames } from '../contract/exportFormats.ts';
import { benchCommand } from './benchCommand.ts';
import { type Console, createConsole } from './console.ts';
import { doctorCommand } from './doctorCommand.ts';
import { exitCodeOf, exitCodes } from './exitCodes.ts';
import { maskCommand } from './masks/maskCommand.ts';
import { type MaskFollowValues, maskFollowCommand } from './masks/maskFollowCommand.ts';
import { addMeasuringCommands } from './measure/measuringCommands.ts';
import { fetchModel } from './models/fetchCommand.ts';
import { addLooseFileOptions } from './models/looseFiles.ts';
import { inspectModels, listModels, verifyModels } from './models/modelsCommand.ts';
import { proposeModelSets, scanModels } from './models/scanCommand.ts';
import { workerCommand } from './queue/workerCommand.ts';
import { retakeCommand } from './retake/retakeCommand.ts';
import { serveCommand } from './serveCommand.ts';
import { several } from './several.ts';
import { addRecipePlaceOptions } from './takes/recipePlaceOptions.ts';
import { remakeCommand } from './takes/remakeCommand.ts';
import { editCommand, generateCommand } from './takes/takeCommands.ts';
import { addTakeOptions, type TakeOptionValues } from './takes/takeOptions.ts';

let consoleInUse: Console = createConsole(process.argv.includes('--json'));

/** Wraps a command so that its options choose the console and its failure the exit code. */
function action<Arguments extends unknown[]>(
  run: (console: Console, ...given: Arguments) => Promise<number | undefined>,
) {
  return async (...given: unknown[]): Promise<void> => {
    // Commander appends the options and the command to the arguments.
    const values = given.at(-2) as TakeOptionValues;
    consoleInUse = createConsole(values.json === true);
    process.exitCode = (await run(consoleInUse, ...(given.slice(0, -1) as Arguments))) ?? exitCodes.done;
  };
}

const program = new Command('magdiff')
  .description('Makes and edits short videos from a subject you mark and a sentence you type.')
  .showHelpAfterError('(magdiff --help, or magdiff COMMAND --help, tells what there is)')
  .exitOverride()
  // A command's own options come behind its name, so that one inside another may have the same.
  .enablePositionalOptions();

addLooseFileOptions(addTakeOptions(program.command('generate <picture>')))
  .description('make a video in which the picture’s subject does what the prompt says')
  .option('--at <seconds>', 'which frame, when the picture is a clip')
  .option('--frames <count>', 'frames of the video', '8')
  .option('--fps <rate>', 'frames per second; the model’s own when left out')
  .option('--no-own-pixels', 'leave the subject as the model draws it, without laying its own pixels over it')
  .option(
    '--finish-side <pixels>',
    'longer side of the finished frames, where that is more than the model’s own',
    '512',
  )
  .option(
    '--place-light <share>',
    'how much of the place’s light falls on them, and of their shadow on the ground, 0 to 1',
    '0.6',
  )
  .action(
    action(
      async (console, picture: string, values: TakeOptionValues) =>
        void (await generateCommand(picture, values, console)),
    ),
  );

addLooseFileOptions(addTakeOptions(program.command('edit <clip>')))
  .description('change a clip around its subject, or its subject alone; what is kept is kept exactly')
  .option('--keep <what>', 'subject, or rest (everything but the subject)', 'subject')
  .option('--start <seconds>', 'edit from here on')
  .option('--end <seconds>', 'edit up to here')
  .option('--whole-clip', 'write the whole clip with the edited range in it, not the range alone')
  .option('--strength <number>', 'share of the schedule that is sampled: 1 anew, less stays closer to the clip', '1')
  .option('--inversion', 'start from the clip’s DDIM inversion')
  .option(
    '--feather <pixels>',
    'width of the band at the mask’s edge where kept and made are mixed; 0 is a hard edge',
    '4',
  )
  .action(
    action(async (console, clip: string, values: TakeOptionValues) => void (await editCommand(clip, values, console))),
  );

addMeasuringCommands(program, action);

addRecipePlaceOptions(
  program
    .command('remake <recipe>')
    .description(
      'make a take’s frames again, from its take.json or a project’s folder, and check that they are the same',
    ),
)
  .option('-o, --out <file>', 'the video to write')
  .option('--json', 'speak JSON lines, for programs')
  .action(
    action(
      async (console, recipe: string, values: TakeOptionValues) => void (await remakeCommand(recipe, values, console)),
    ),
  );

program
  .command('retake <recipe>')
  .description('make a range of a take’s frames anew, or a region of them; the rest of it stays, to the pixel')
  .option('--from <frame>', 'first frame to make anew, counted from 0; the first when left out')
  .option('--to <frame>', 'up to this frame, itself left alone; the end when left out')
  .option(
    '--region <path>',
    'where frames may change: a picture of the take’s shape, white is open, or a folder with one a frame',
  )
  .option('-p, --prompt <sentence>', 'another sentence for what is made anew')
  .option('--seed <number>', 'a whole number; random when left out')
  .option('--frames <folder>', 'the take’s own frames, lossless; made again from the recipe when left out')
  .option('--take <name>', 'which take of a project, by its name or id')
  .option('--source <file>', 'the picture or clip, when it is not where it was')
  .option('--mask <path>', 'the mask, when it is not where it was')
  .option('-m, --model <folder>', 'model folder, when it is not where it was')
  .option('-o, --out <file>', 'the video to write')
  .option('--format <name>', exportFormatNames.join(', '), 'mp4-h264')
  .option('--quality <name>', 'draft, good, best', 'good')
  .option('--keep-job <folder>', 'keep state, latents and frames here; a cut-off run given the same folder goes on')
  .option('--json', 'speak JSON lines, for programs')
  .action(
    action(
      async (console, recipe: string, values: TakeOptionValues) => void (await retakeCommand(recipe, values, console)),
    ),
  );

const mask = program.command('mask <picture>');
mask
  .enablePositionalOptions()
  .description('make a mask: from the picture’s alpha, or by GrabCut from a box or a scribble')
  .option('--alpha', 'from the alpha channel')
  .option('--box <x,y,width,height>', 'the subject lies in this box')
  .option('--scribble <picture>', 'picture of the same size: green or white over the subject, red over what is not')
  .option('-o, --out <file>', 'the mask to write, a grey PNG')
  .option('--json', 'speak JSON lines, for programs')
  .action(
    action(
      async (console, picture: string, values: TakeOptionValues) => void (await maskCommand(picture, values, console)),
    ),
  );

mask
  .enablePositionalOptions()
  .command('follow <clip>')
  .description(
    'follow a subject through a clip, or a folder of pictures, from clicks, boxes or masks; frames count from 0',
  )
  .option('-m, --model <file>', 'a SAM 2 or 2.1 checkpoint, such as sam2.1_hiera_tiny.pt; else built in')
  .option(
    '--point <frame:x,y>',
    'a click on the subject; with ",-" behind it takes away; may be given several times',
    several,
    [],
  )
  .option('--box <frame:left,top,right,bottom>', 'a box around the subject', several, [])
  .option('--key <frame=mask>', 'a whole mask of a frame, a picture of the clip’s size', several, [])
  .option('-o, --out <folder>', 'where to write a mask for every frame, grey PNGs')
  .option('--across-cuts', 'follow across cuts, where the subject is looked for again')
  .option('--logits <folder>', 'where to write every mask’s logits, as NumPy files')
  .option('--threads <count>', 'threads to compute with; all cores when left out')
  .option('--json', 'speak JSON lines, for programs')
  .action(
    action(
      async (console, clip: string, values: MaskFollowValues) => void (await maskFollowCommand(clip, values, console)),
    ),
  );

const models = program.command('models').description('the models on this machine');
models
  .command('list')
  .description('what is installed')
  .option('--json', 'speak JSON lines, for programs')
  .action(action(async (console) => void (await listModels(console))));

models
  .command('inspect <path>')
  .description('say in plain words what a model file or folder is, and what is missing')
  .option('--json', 'speak JSON lines, for programs')
  .action(
    action(async (console, path: string) => ((await inspectModels(path, console)) ? exitCodes.done : exitCodes.failed)),
  );
models
  .command('scan [folders...]')
  .description('say of every weight file in the folders, or where programs commonly keep them, what it is')
  .option('--json', 'speak JSON lines, for programs')
  .action(action(async (console, folders: string[]) => void (await scanModels(folders, console))));
models
  .command('sets [folders...]')
  .description('propose models made of the files that are there, and say what would be missing')
  .option('--save <set>', 'keep the set of this number or name among the installed models')
  .option('--json', 'speak JSON lines, for programs')
  .action(
    action(
      async (console, folders: string[], values: TakeOptionValues) =>
        void (await proposeModelSets(folders, values, console)),
    ),
  );
models
  .command('fetch [id]')
  .description('list what can be fetched, with size and licence, or fetch one of them')
  .option('--json', 'speak JSON lines, for programs')
  .action(action(async (console, id: string | undefined) => void (await fetchModel(id, console))));
models
  .command('verify <folder>')
  .description('compare our networks, samplers and pipeline with golden data; told by the files in the folder')
  .option('--dialect <name>', 'operators to build with: plain, cpu, webgpu, cuda, directml', 'cpu')
  .option('--half', 'in half precision, as GPUs run large networks')
  .option('--json', 'speak JSON lines, for programs')
  .action(
    action(async (console, folder: string, values: TakeOptionValues) =>
      (await verifyModels(folder, values, console)) ? exitCodes.done : exitCodes.failed,
    ),
  );

program
  .command('serve')
  .description('serve the studio to a browser on this machine; prints one line with its address')
  .option('--no-open', 'do not open a browser')
  .option('--port <number>', 'a fixed port; any free one when left out')
  .option('--workspace <folder>', 'where projects are kept')
  .option('--queue <address>', 'a Redis or Valkey queue over which takes can be made elsewhere: redis://HOST:6379/NAME')
  .option('--shared <folder>', 'the folder that all machines of the queue see')
  .option('--json', 'speak JSON lines, for programs')
  .action(action(async (console, values: TakeOptionValues) => void (await serveCommand(values, console))));

program
  .command('worker')
  .description('make takes that studios hand to a queue, with the models that are here, until interrupted')
  .option('--queue <address>', 'a Redis or Valkey queue: redis://HOST:6379/NAME (or MAGDIFF_QUEUE)')
  .option('--shared <folder>', 'the folder that all machines of the queue see (or MAGDIFF_SHARED)')
  .option('--json', 'speak JSON lines, for programs')
  .action(action(async (console, values: TakeOptionValues) => void (await workerCommand(values, console))));

program
  .command('bench')
  .description('measure a UNet of a published size on this machine, with random weights')
  .option(
    '--family <name>',
    'released: MagDiff’s (the default); sd15: Stable Diffusion 1.5 with AnimateDiff and an IP-Adapter',
  )
  .option('--provider <name>', 'run on it, its self-test first: cuda, directml, coreml, webgpu; the CPU when left out')
  .option('--beside <python>', 'time diffusers’ step too, by a Python that has torch and diffusers')
  .option('--keep-weights', 'keep the weights (2 to 3 GB) for the next time')
  .option('--json', 'speak JSON lines, for programs')
  .action(action(async (console, values: TakeOptionValues) => void (await benchCommand(values, console))));

program
  .command('doctor')
  .description('what this machine has, and whether the engine computes rightly on it')
  .option('--json', 'speak JSON lines, for programs')
  .action(action(async (console) => ((await doctorCommand(console)) ? exitCodes.done : exitCodes.failed)));

for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.once(event, (cause: unknown) => {
    // While the studio is served, its own last resort takes over and the serving goes on.
    if (process.listenerCount(event) > 0) return;
    consoleInUse.failure(cause);
    process.exit(exitCodes.failed);
  });
try {
  await program.parseAsync();
} catch (cause) {
  if (cause instanceof CommanderError) {
    const isHelp = cause.exitCode === 0;
    if (!isHelp && process.argv.includes('--json')) consoleInUse.failure(new StudioError('usage', cause.message));
    process.exitCode = isHelp ? exitCodes.done : exitCodes.usage;
  } else {
    const code = exitCodeOf(cause);
    if (code === exitCodes.cancelled) consoleInUse.note('cancelled', 'Cancelled; nothing was written.');
    else consoleInUse.failure(cause);
    process.exitCode = code;
  }
}
