import type { ToolName } from '../session.ts';
import { FillTool, LassoTool, RectangleTool } from './shapeTools.ts';
import { StrokeTool } from './strokeTool.ts';
import type { Tool } from './tool.ts';

/** One tool of each kind; panning is the viewer's own. */
export function createToolbox(): Readonly<Partial<Record<ToolName, Tool>>> {
  return {
    brush: new StrokeTool('paint'),
    eraser: new StrokeTool('erase'),
    lasso: new LassoTool(),
    rectangle: new RectangleTool(),
    fill: new FillTool(),
    smart: new StrokeTool('scribble'),
  };
}
