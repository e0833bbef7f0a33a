import { describe, expect, it } from 'vitest';
import type { TakeRecord } from '../../../../electron/contract/records.ts';
import { differencesOf } from '../../../../renderer/editor/settingsDifference.ts';
import { plainSettings } from '../../../fixtures/projectRecords.ts';

describe('differencesOf', () => {
  it('names every setting in which two recipes differ', () => {
    const recipe: TakeRecord['recipe'] = {
      settings: plainSettings,
      source: {
        sourceId: 's',
        assetId: 'a'.repeat(64),
        media: 'picture',
        name: 'n',
        frameIndex: 0,
        inFrame: 0,
        outFrame: 1,
        place: null,
      },
      drawingAssetId: null,
      maskFile: null,
      maskId: null,
      model: { id: 'm', title: 'M', hash: 'h' },
      provider: 'cpu',
      studioVersion: '0',
    };
    const other = { ...recipe, settings: { ...plainSettings, alpha: { ...plainSettings.alpha, text: 1.5 }, steps: 4 } };
    expect(differencesOf(recipe, other)).toEqual([
      { path: 'settings.alpha.text', first: '1', second: '1.5' },
      { path: 'settings.steps', first: '–', second: '4' },
    ]);
    expect(differencesOf(recipe, recipe)).toEqual([]);
  });
});
