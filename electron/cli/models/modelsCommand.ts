import { inspectionText, inspectPath } from '../../../models/families/inspectModel.ts';
import { openModel } from '../../../models/families/openModel.ts';
import { verificationText, verifyFolder } from '../../../models/verify/verify.ts';
import { modelRoots } from '../../services/studioPlaces.ts';
import type { Console } from '../console.ts';
import { oneOf } from '../takes/takeCommands.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';
import { listModelFolders } from './modelFolders.ts';

/** `magdiff models list`: what is installed, and what each is; a folder that is no model is said to be one that cannot be used, and why. */
export async function listModels(console: Console): Promise<void> {
  const models: Record<string, unknown>[] = [];
  const lines: string[] = [];
  for (const { name, folder, bundled } of await listModelFolders()) {
    try {
      const { description } = await openModel(folder);
      const student = description.student ? `, student of ${description.student.steps} steps` : '';
      lines.push(
        `${name}${bundled ? ' (ships with the studio)' : ''}: ${description.title}, ${description.width}×${description.height}, up to ${Math.max(...description.frames)} frames${student}`,
      );
      models.push({
        name,
        folder,
        bundled,
        title: description.title,
        width: description.width,
        height: description.height,
        frames: description.frames,
      });
    } catch (cause) {
      lines.push(`${name}: cannot be used. ${cause instanceof Error ? cause.message : String(cause)}`);
      models.push({ name, folder, bundled, error: cause instanceof Error ? cause.message : String(cause) });
    }
  }
  if (lines.length === 0) lines.push(`No model is installed. Folders looked into: ${modelRoots().join(', ')}`);
  console.result(lines.join('\n'), { models });
}

/** `magdiff models verify DIR`: golden data through our networks; true when every case is within its tolerance. */
export async function verifyModels(folder: string, values: TakeOptionValues, console: Console): Promise<boolean> {
  const dialect =
    values.dialect === undefined
      ? 'cpu'
      : oneOf('dialect', values.dialect, ['plain', 'cpu', 'webgpu', 'cuda', 'directml']);
  const verification = await verifyFolder(folder, { dialect, half: values.half === true });
  console.result(verificationText(verification), { ...verification });
  return verification.passed;
}

/** `magdiff models inspect PATH`: in plain words what a file or folder is, and what is missing; whether it can be used. */
export async function inspectModels(path: string, console: Console): Promise<boolean> {
  const inspection = await inspectPath(path);
  console.result(inspectionText(inspection), { ...inspection });
  return inspection.usable;
}
