import type { ToolName } from '../session.ts';
import { ClickTool } from './clickTool.ts';
import { FillTool, LassoTool, RectangleTool } from './shapeTools.ts';
import { StrokeTool } from './strokeTool.ts';
import type { Tool } from './tool.ts';

/** One tool of each kind; panning is the viewer's own. `clicks`: the smart tool selects by clicks, else by scribbles. */
export function createToolbox(clicks: boolean): Readonly<Partial<Record<ToolName, Tool>>> {
  return {
    brush: new StrokeTool('paint'),
    eraser: new StrokeTool('erase'),
    lasso: new LassoTool(),
    rectangle: new RectangleTool(),
    fill: new FillTool(),
    smart: clicks ? new ClickTool() : new StrokeTool('scribble'),
  };
}
