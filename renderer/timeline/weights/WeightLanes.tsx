import { type ReactNode, useState } from 'react';
import type { LaneWeight } from '../../../models/lanes/weightsOverTime.ts';
import { shownSetup } from '../../editor/setups.ts';
import { nextTakePlace, weightsInMotion } from '../../editor/weightLanes.ts';
import { useDocument, useProject, useSession } from '../../project/hooks.ts';
import { weightName } from '../../ui/texts/laneTexts.ts';
import { KeyFields } from './KeyFields.tsx';
import { WeightLane } from './WeightLane.tsx';
import styles from './WeightLanes.module.css';

/** The lanes of the weights that move, over the place where the next take will lie; nothing where none moves. */
export function WeightLanes(): ReactNode {
  const { editor, model } = useProject();
  const settings = useDocument((document) => shownSetup(document)?.settings);
  useDocument((document) => document.get('view', 'view'));
  useDocument((document) => document.all('item'));
  useDocument((document) => document.all('source'));
  useSession((session) => session.timelineScale);
  useSession((session) => session.timelineOffset);
  const width = useSession((session) => session.timelineWidth);
  const [chosen, setChosen] = useState<{ weight: LaneWeight; frame: number }>();
  const place = nextTakePlace(editor, model?.framesPerSecond);
  const shown = settings && place ? weightsInMotion(settings) : [];
  if (!settings || !place || shown.length === 0) return null;
  return (
    <div className={styles.lanes}>
      {shown.map((weight) => (
        <div key={weight} className={styles.row}>
          <div className={styles.name}>
            <span title={weightName(weight)}>{weightName(weight)}</span>
            {chosen?.weight === weight ? (
              <KeyFields
                {...{ settings, place, weight }}
                frame={chosen.frame}
                onMoved={(frame) => setChosen({ weight, frame })}
              />
            ) : null}
          </div>
          <WeightLane
            {...{ settings, place, weight, width }}
            chosen={chosen?.weight === weight ? chosen.frame : undefined}
            onChoose={(frame) => setChosen(frame === undefined ? undefined : { weight, frame })}
          />
        </div>
      ))}
    </div>
  );
}
