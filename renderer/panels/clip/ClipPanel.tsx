import type { ReactNode } from 'react';
import type { ItemRecord } from '../../../electron/contract/records.ts';
import { neighbours } from '../../../electron/contract/timeline/shownItems.ts';
import { endOf } from '../../../electron/contract/timeline/tracks.ts';
import { targetOf, timelineRate } from '../../editor/timeline/arrangement.ts';
import { changeItem, setSpeed } from '../../editor/timeline/itemCommands.ts';
import { speeds } from '../../editor/timeline/itemEdits.ts';
import { useDocument, useProject, useSession } from '../../project/hooks.ts';
import { HintText } from '../../ui/fields/Field.tsx';
import { Group, PlainGroup } from '../../ui/groups/Group.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { EmptyPanel } from '../../ui/surfaces/Panel.tsx';
import { texts } from '../../ui/texts/texts.ts';
import styles from './ClipPanel.module.css';
import { ItemSlider } from './ItemSlider.tsx';
import { PictureGroup } from './PictureGroup.tsx';
import { TitleGroup } from './TitleGroup.tsx';

const text = texts.clip;

/** Percent up to which the slider goes; faster is typed. */
const fastOnSlider = 400;

/** The selected piece of the timeline: how it looks, sounds and moves. */
export function ClipPanel(): ReactNode {
  const { editor } = useProject();
  const selected = useSession((session) => session.selectedItemId);
  const item = useDocument((document) => document.get('item', selected));
  const track = useDocument((document) => document.get('track', item?.trackId));
  const target = useDocument((document) => item && targetOf(document, item.targetId));
  const writer = useSession((session) => session.writer);
  if (!item) return <EmptyPanel icon="film">{text.none}</EmptyPanel>;
  const isSound = track?.media === 'sound';
  const moves = target?.kind === 'take' || (target?.kind === 'source' && target.media !== 'picture');
  return (
    <fieldset className={styles.panel} disabled={!writer || track?.locked}>
      <PlainGroup>
        <div className={styles.head}>
          <Icon name={item.title ? 'text' : isSound ? 'sound' : target?.kind === 'take' ? 'sparkle' : 'film'} />
          <strong className={styles.name}>{target?.name ?? text.words}</strong>
        </div>
        <HintText>{text.lies(item.startFrame + 1, endOf(item))}</HintText>
        {track?.locked ? <HintText warn>{texts.timeline.trackLocked}</HintText> : null}
      </PlainGroup>
      {item.title ? <TitleGroup item={item} title={item.title} /> : null}
      {isSound ? null : <PictureGroup item={item} />}
      <Group id="clip-time" title={text.time}>
        {moves ? (
          <ItemSlider
            item={item}
            label={text.speed}
            hint={text.speedHint}
            value={Math.round((item.speed ?? 1) * 100)}
            min={speeds.least * 100}
            max={fastOnSlider}
            own={100}
            onChange={(now, percent) => setSpeed(editor, now, percent / 100)}
          />
        ) : null}
        <Fades item={item} />
      </Group>
      {target?.kind === 'source' && target.hasAudio ? (
        <Group id="clip-sound" title={text.sound}>
          <ItemSlider
            item={item}
            label={text.volume}
            value={Math.round((item.volume ?? 1) * 100)}
            max={200}
            own={100}
            onChange={(now, percent) => changeItem(editor, text.volume, now, { volume: percent / 100 })}
          />
        </Group>
      ) : null}
    </fieldset>
  );
}

/** How the piece comes and goes, in frames. */
function Fades({ item }: { item: ItemRecord }): ReactNode {
  const { editor } = useProject();
  const items = useDocument((document) => document.all('item'));
  const rate = useDocument(timelineRate);
  const unit = texts.unit.frames;
  const { before } = neighbours(items, item);
  const meets = before !== undefined && endOf(before) === item.startFrame;
  const max = Math.min(item.lengthFrames, Math.max(8, Math.round(rate * 5)));
  return (
    <>
      <ItemSlider
        {...{ item, max, label: text.fadeIn, value: item.fadeInFrames ?? 0, own: 0, unit }}
        onChange={(now, frames) =>
          changeItem(editor, text.fadeIn, now, {
            fadeInFrames: Math.min(frames, now.lengthFrames - (now.fadeOutFrames ?? 0)),
          })
        }
      />
      <ItemSlider
        {...{ item, max, label: text.fadeOut, value: item.fadeOutFrames ?? 0, own: 0, unit }}
        onChange={(now, frames) =>
          changeItem(editor, text.fadeOut, now, {
            fadeOutFrames: Math.min(frames, now.lengthFrames - (now.fadeInFrames ?? 0)),
          })
        }
      />
      {meets ? (
        <ItemSlider
          {...{
            item,
            max,
            label: text.crossFade,
            hint: text.crossFadeHint,
            value: item.crossFadeFrames ?? 0,
            own: 0,
            unit,
          }}
          onChange={(now, frames) => changeItem(editor, text.crossFade, now, { crossFadeFrames: frames })}
        />
      ) : (
        <HintText>
          {text.crossFade}: {text.noNeighbour}
        </HintText>
      )}
    </>
  );
}
