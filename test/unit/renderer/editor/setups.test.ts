import { beforeEach, describe, expect, it } from 'vitest';
import { Editor } from '../../../../renderer/editor/editor.ts';
import { addSources, removeSource } from '../../../../renderer/editor/timelineCommands.ts';
import { clipRecord, emptyProject } from '../../../fixtures/projectRecords.ts';

let editor: Editor;
beforeEach(() => {
  editor = new Editor(() => undefined);
  editor.load(emptyProject);
  addSources(editor, [clipRecord('a'), clipRecord('b')]);
});

const prompt = (): string | undefined => editor.setup?.settings.prompt;

describe('what the inspector holds', () => {
  it('belongs to the looked-at source, and a step of it is one', () => {
    editor.look({ sourceId: 'a' });
    editor.updateSettings('Prompt', { prompt: 'it jumps', task: 'edit' });
    editor.look({ sourceId: 'b' });
    expect([prompt(), editor.setup?.settings.task]).toEqual(['a', 'generate']);
    editor.updateSettings('Prompt', { prompt: 'it sleeps' });
    editor.look({ sourceId: 'a' });
    expect(prompt()).toBe('it jumps');
    editor.undo();
    expect(prompt()).toBe('it jumps');
    editor.undo();
    expect(prompt()).toBe('a');
  });

  it('has the project’s model where a source has none of its own yet', () => {
    editor.look({ sourceId: 'a' });
    editor.updateSettings('Prompt', { prompt: 'it jumps' });
    editor.updateSetup('Model', { modelId: 'other' });
    editor.look({ sourceId: 'b' });
    expect([editor.setup?.modelId, prompt()]).toEqual(['other', 'a']);
  });

  it('goes with its source', () => {
    editor.look({ sourceId: 'a' });
    editor.updateSettings('Prompt', { prompt: 'it jumps' });
    const source = editor.document.get('source', 'a');
    if (!source) throw new Error('no source');
    removeSource(editor, source);
    expect(editor.document.all('setup').map(({ id }) => id)).toEqual(['setup']);
    editor.undo();
    editor.look({ sourceId: 'a' });
    expect(prompt()).toBe('it jumps');
  });
});
