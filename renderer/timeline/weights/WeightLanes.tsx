import { type ReactNode, useState } from 'react';
import { type MovingWeight, movingWeights } from '../../../models/lanes/weightsOverTime.ts';
import { shownSetup } from '../../editor/setups.ts';
import { nextTakePlace } from '../../editor/weightLanes.ts';
import { useDocument, useProject, useSession } from '../../project/hooks.ts';
import { texts } from '../../ui/texts/texts.ts';
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
  const [chosen, setChosen] = useState<{ weight: MovingWeight; frame: number }>();
  const place = nextTakePlace(editor, model?.framesPerSecond);
  const shown = settings && place ? movingWeights.filter((weight) => settings.overTime.frames[weight].length > 0) : [];
  if (!settings || !place || shown.length === 0) return null;
  return (
    <div className={styles.lanes}>
      {shown.map((weight) => (
        <div key={weight} className={styles.row}>
          <div className={styles.name}>
            <span>{texts.inspector[weight]}</span>
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
