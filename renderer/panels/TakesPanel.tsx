import { DropdownMenu } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import type { TakeRecord } from '../../electron/contract/records.ts';
import { removeTake } from '../editor/timelineCommands.ts';
import { useLoopedFrame } from '../preview/resultClock.ts';
import { assetUrl } from '../preview/shownFrames.ts';
import { useTakeFrameUrls } from '../preview/takeFrames.ts';
import { useApp, useDocument, useSession, useStudio } from '../ui/hooks.ts';
import { Icon } from '../ui/Icon.tsx';
import { texts } from '../ui/texts.ts';

/** The takes, newest first: they move under the pointer, show in the viewer on a click. */
export function TakesPanel(): ReactNode {
  const takes = useDocument((document) => document.all('take'));
  if (takes.length === 0)
    return (
      <div className="empty">
        <Icon name="sparkle" />
        <p>{texts.takes.empty}</p>
      </div>
    );
  return (
    <ul className="takeGrid">
      {takes.toReversed().map((take) => (
        <TakeCard key={take.id} take={take} />
      ))}
    </ul>
  );
}

function TakeCard({ take }: { take: TakeRecord }): ReactNode {
  const studio = useStudio();
  const { editor } = studio;
  const view = useDocument((document) => document.get('view', 'view'));
  const [hovered, setHovered] = useState(false);
  const projectId = useApp((app) => app.projectId);
  const active = view?.takeId === take.id;
  const compared = view?.compareTakeId === take.id;
  const show = (): void => {
    studio.looking.showSource(take.recipe.source.sourceId);
    editor.look({ takeId: take.id });
    if (editor.session.state.viewMode === 'source') editor.session.set({ viewMode: 'sideBySide' });
  };
  return (
    <li
      className={active ? 'take active' : compared ? 'take compared' : 'take'}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
    >
      <button
        type="button"
        className="takeOpen"
        aria-label={texts.takes.play(take.name)}
        aria-current={active}
        onClick={show}
        onFocus={() => setHovered(true)}
        onBlur={() => setHovered(false)}
      >
        {projectId ? (
          hovered ? (
            <PlayingTake projectId={projectId} take={take} />
          ) : (
            <TakePicture url={assetUrl(projectId, take.result.firstFrameAssetId)} />
          )
        ) : null}
        <span className="takeMeta">
          <span className="takeName">
            {take.starred ? '★ ' : ''}
            {take.name}
          </span>
          <span className="takePrompt">{take.recipe.settings.prompt}</span>
        </span>
      </button>
      <span className="takeActions">
        <TakeMenu take={take} canCompare={!active && view?.takeId !== null} compared={compared} />
      </span>
    </li>
  );
}

function TakePicture({ url }: { url: string }): ReactNode {
  return <img className="takePicture" src={url} alt="" loading="lazy" decoding="async" />;
}

function PlayingTake({ projectId, take }: { projectId: string; take: TakeRecord }): ReactNode {
  const urls = useTakeFrameUrls(projectId, take);
  const frame = useLoopedFrame(take.result.frameCount, take.result.framesPerSecond, undefined);
  return <TakePicture url={urls[frame] ?? assetUrl(projectId, take.result.firstFrameAssetId)} />;
}

function TakeMenu({
  take,
  canCompare,
  compared,
}: {
  take: TakeRecord;
  canCompare: boolean;
  compared: boolean;
}): ReactNode {
  const studio = useStudio();
  const { editor } = studio;
  const writer = useSession((session) => session.writer);
  const compare = (): void => {
    editor.look({ compareTakeId: take.id });
    editor.session.set({ viewMode: 'wipe', viewport: null });
    studio.app.set({ dialog: 'compare' });
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="iconButton small" aria-label={`${texts.takes.more}: ${take.name}`}>
        <Icon name="more" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          {compared ? (
            <DropdownMenu.Item className="menuItem" onSelect={() => editor.look({ compareTakeId: null })}>
              <Icon name="compare" />
              {texts.takes.stopCompare}
            </DropdownMenu.Item>
          ) : (
            <DropdownMenu.Item className="menuItem" onSelect={compare} disabled={!canCompare}>
              <Icon name="compare" />
              {texts.takes.compareWith}
            </DropdownMenu.Item>
          )}
          <DropdownMenu.Item
            className="menuItem"
            onSelect={() => void studio.attempt(() => studio.takes.recallTake(take))}
            disabled={!writer}
          >
            <Icon name="retry" />
            {texts.takes.useAgain}
          </DropdownMenu.Item>
          <DropdownMenu.Item
            className="menuItem"
            onSelect={() => void studio.takes.decodeAgain(take.id)}
            disabled={!writer || !take.result.latentsAssetId}
          >
            <Icon name="film" />
            {texts.takes.decodeAgain}
          </DropdownMenu.Item>
          <DropdownMenu.Item
            className="menuItem"
            onSelect={() => editor.update('Star', take, { starred: !take.starred })}
            disabled={!writer}
          >
            <Icon name="star" />
            {take.starred ? texts.takes.unstar : texts.takes.star}
          </DropdownMenu.Item>
          <DropdownMenu.Separator className="menuLine" />
          <DropdownMenu.Item className="menuItem" onSelect={() => removeTake(editor, take)} disabled={!writer}>
            <Icon name="trash" />
            {texts.takes.remove}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
