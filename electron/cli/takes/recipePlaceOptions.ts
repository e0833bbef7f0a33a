import type { Command } from 'commander';
import { several } from '../several.ts';

/** Adds the options that say where a recipe's files are, of commands that make its take again. */
export const addRecipePlaceOptions = (command: Command): Command =>
  command
    .option('--take <name>', 'which take of a project, by its name or id')
    .option('--source <file>', 'the picture or clip, when it is not where it was')
    .option('--mask <path>', 'the mask, when it is not where it was')
    .option('--region <path>', 'a retake’s region, when it is not where it was')
    .option('--frames <folder>', 'the frames of the take that a retake was made from; made again when left out')
    .option('-m, --model <folder>', 'model folder, when it is not where it was')
    .option(
      '--models <folder>',
      'where to look for a set’s files, known by their content; may be given again',
      several,
      [],
    );
