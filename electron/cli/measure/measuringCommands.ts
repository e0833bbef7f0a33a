import type { Command } from 'commander';
import { ablateCommand } from '../ablate/ablateCommand.ts';
import { alphaCommand } from '../alpha/alphaCommand.ts';
import { attentionCommand } from '../attention/attentionCommand.ts';
import type { CommandAction } from '../commandAction.ts';
import { gridCommand } from '../grid/gridCommand.ts';
import { addLooseFileOptions } from '../models/looseFiles.ts';
import { several } from '../several.ts';
import { addRecipePlaceOptions } from '../takes/recipePlaceOptions.ts';
import { addTakeOptions, type TakeOptionValues } from '../takes/takeOptions.ts';
import { measureCommand } from './measureCommand.ts';

/** Adds the commands that hold takes against each other or look into them: grid, measure, attention, ablate and alpha. */
export function addMeasuringCommands(program: Command, action: CommandAction): void {
  addLooseFileOptions(addTakeOptions(program.command('grid <source>')))
    .description('a take for every pair of values of two settings, as a contact sheet that plays, with a recipe each')
    .requiredOption('--x <setting=values>', 'columns, such as image-alpha=0,0.5,1,2')
    .option('--y <setting=values>', 'rows, such as text-alpha=0,1,2')
    .option('--keep <what>', 'edit a clip, keeping subject or rest; generate when left out')
    .option('--frames <count>', 'frames of each take', '8')
    .option('--no-own-pixels', 'leave the subject as the model draws it')
    .action(
      action(
        async (console, source: string, values: TakeOptionValues) => void (await gridCommand(source, values, console)),
      ),
    );

  program
    .command('measure <takes...>')
    .description(
      'figures of takes: by a take.json, a clip, a folder of frames or of clips, or a project for all its takes',
    )
    .option('-p, --prompt <sentence>', 'what the clip should show, for text alignment; a recipe says it itself')
    .option('--subject <picture>', 'the subject, for its fidelity; a recipe says it itself')
    .option('--mask <picture>', 'the mask of that picture')
    .option('--masks <path>', 'the subject in the clip: a picture, or a folder with one a frame')
    .option('--against <folder>', 'clips to hold them against: Fréchet video distance, and the inception score')
    .option(
      '--backbone <file>',
      'CLIP, DINO, I3D, R3D-18 or Inception to read with; may be given several times',
      several,
      [],
    )
    .option('--no-search', 'look for no backbones in the folders where models commonly lie')
    .option('--no-own', 'do not read by the model’s own encoders where there is no backbone')
    .option('-m, --model <folder>', 'the model whose encoders those are; the bundled one when left out')
    .option('--source <file>', 'a recipe’s picture or clip, when it is not where it was')
    .option('--json', 'speak JSON lines, for programs')
    .action(
      action(
        async (console, takes: string[], values: TakeOptionValues) =>
          void (await measureCommand(takes, values, console)),
      ),
    );

  addRecipePlaceOptions(
    program
      .command('attention <recipe>')
      .description('where each word of a take acts, frame by frame, and where its subject’s picture is read'),
  )
    .option('-o, --out <folder>', 'where pictures and maps go')
    .option('--keep-job <folder>', 'the folder that the take’s job was kept in; the take is made again when left out')
    .option('--json', 'speak JSON lines, for programs')
    .action(
      action(
        async (console, recipe: string, values: TakeOptionValues) =>
          void (await attentionCommand(recipe, values, console)),
      ),
    );

  addLooseFileOptions(program.command('ablate'))
    .description(
      'the paper’s table for a model: each alignment added and taken away, both α; a page with clips and figures',
    )
    .requiredOption('--subjects <folder>', 'pictures with transparency, or with NAME-mask.png beside them')
    .option('-p, --prompt <sentence>', 'what takes should show; may be given several times', several, [])
    .option('--most <count>', 'subjects to use, by name', '6')
    .option('--steps <count>', 'sampling steps; the model’s own when left out')
    .option('--frames <count>', 'frames of each take', '8')
    .option('--backbone <file>', 'CLIP or DINO to read with; may be given several times', several, [])
    .option('--no-search', 'look for no backbones in the folders where models commonly lie')
    .option('-m, --model <folder>', 'model folder or the name of an installed model')
    .option('--provider <name>', 'the best that works when left out')
    .option('-o, --out <folder>', 'where the report goes; one that was cut off goes on there', 'ablation')
    .option('--json', 'speak JSON lines, for programs')
    .action(action(async (console, values: TakeOptionValues) => void (await ablateCommand(values, console))));

  addLooseFileOptions(addTakeOptions(program.command('alpha <source>')))
    .description(
      'find the two α, then factors by layers, that bring the best figures, and say whether they beat the learned ones',
    )
    .option(
      '--weigh <measures>',
      'what counts: text, subject, frames, flicker, drift, each with a weight',
      'text=1,subject=1',
    )
    .option('--points <count>', 'points to look at', '24')
    .option('--search-steps <count>', 'sampling steps of the search’s takes', '4')
    .option('--search-seeds <count>', 'takes a point', '2')
    .option('--confirm <count>', 'other seeds that the result is checked with, all steps', '4')
    .option('--keep <what>', 'edit a clip, keeping subject or rest; generate when left out')
    .option('--frames <count>', 'frames of each take', '8')
    .option('--backbone <file>', 'CLIP or DINO to read with; may be given several times', several, [])
    .option('--no-search', 'look for no backbones in the folders where models commonly lie')
    .action(
      action(
        async (console, source: string, values: TakeOptionValues) => void (await alphaCommand(source, values, console)),
      ),
    );
}
