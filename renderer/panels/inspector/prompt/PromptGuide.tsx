import type { ReactNode } from 'react';
import {
  neededParts,
  type PromptWorld,
  understandPrompt,
  withPart,
} from '../../../../electron/contract/models/promptWorld.ts';
import type { TakeSettings } from '../../../../electron/contract/takeSettings.ts';
import { useProjectState } from '../../../project/hooks.ts';
import { Button } from '../../../ui/controls/Button.tsx';
import { HintText } from '../../../ui/fields/Field.tsx';
import { Menu, MenuItem } from '../../../ui/surfaces/Menu.tsx';
import { texts } from '../../../ui/texts/texts.ts';
import { useSetting } from '../SettingFields.tsx';
import styles from './PromptGuide.module.css';
import { useActingWords } from './useActingWords.ts';

const text = texts.inspector;

/**
 * Below the prompt of a model that knows one small world: what it understood, what it does not know, and what it can do, to choose from.
 * While a take's maps are shown, each part that was said shows where it acts.
 */
export function PromptGuide({ settings }: { settings: TakeSettings }): ReactNode {
  const world = useProjectState((state) => state.world);
  return world ? <Parts settings={settings} world={world} /> : null;
}

function Parts({ settings, world }: { settings: TakeSettings; world: PromptWorld }): ReactNode {
  const set = useSetting();
  const { prompt } = settings;
  const needed = neededParts(settings);
  const understood = understandPrompt(prompt, world);
  const acting = useActingWords(prompt);
  const pointAt = (said: (typeof understood)[number]['said']): void =>
    acting.point(
      acting.words.filter(({ from, to }) => said && from >= said.from && to <= said.to).map(({ index }) => index),
    );
  const shown = understood.filter(({ part, said }) => said !== undefined || needed.includes(part) || part === 'light');
  const say = (part: (typeof shown)[number]['part'], phrase: string): void =>
    set('Prompt', { prompt: withPart(prompt, world, part, phrase) });
  return (
    <>
      <div className={styles.chips}>
        {shown.map(({ part, phrase, said }) => (
          <Menu
            key={part}
            align="start"
            trigger={
              <Button
                small
                onPointerEnter={() => pointAt(said)}
                onPointerLeave={() => acting.point(null)}
                onFocus={() => pointAt(said)}
                onBlur={() => acting.point(null)}
              >
                {`${text.parts[part]}: ${phrase ?? text.anyPart}`}
              </Button>
            }
          >
            {(world.parts.find(({ name }) => name === part)?.values ?? []).map(
              ({ name, phrases: [plainest = name] }) => (
                <MenuItem
                  key={name}
                  icon={plainest === phrase ? 'eye' : 'sparkle'}
                  label={plainest}
                  onSelect={() => say(part, plainest)}
                />
              ),
            )}
          </Menu>
        ))}
      </div>
      {needed.includes('subject') && !understood.some(({ part, said }) => part === 'subject' && said) ? (
        <HintText warn>{text.nameSubject}</HintText>
      ) : null}
      {understood.map(({ part, said, phrase, isKnown }) =>
        said && phrase && !isKnown ? (
          <HintText key={part} warn>
            {text.nearest(said.text)}{' '}
            <Button small onClick={() => say(part, phrase)}>
              {text.say(phrase)}
            </Button>
          </HintText>
        ) : null,
      )}
    </>
  );
}
