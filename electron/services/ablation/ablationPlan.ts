import type { TakeSettings } from '../../contract/takeSettings.ts';

/** A row of the paper's table: which of the three alignments are on. */
export interface AblationRow {
  readonly name: string;
  readonly sda: boolean;
  readonly apa: boolean;
  readonly hfa: boolean;
}

/** The paper's rows, one alignment after the other, and each of them taken away from the whole. */
export const ablationRows: readonly AblationRow[] = [
  { name: 'base', sda: false, apa: false, hfa: false },
  { name: '+ SDA', sda: true, apa: false, hfa: false },
  { name: '+ SDA + APA', sda: true, apa: true, hfa: false },
  { name: '+ SDA + APA + HFA', sda: true, apa: true, hfa: true },
  { name: 'without SDA', sda: false, apa: true, hfa: true },
  { name: 'without APA', sda: true, apa: false, hfa: true },
  { name: 'without HFA', sda: true, apa: true, hfa: false },
];

/** Values of both α in the second table. */
export const ablationAlphas = [0, 0.5, 1, 2] as const;

/** Settings of a row. The subject is left as the model draws it: its own pixels would hide what is compared. */
export const settingsOfRow = (settings: TakeSettings, { sda, apa, hfa }: AblationRow): TakeSettings => ({
  ...settings,
  sda,
  alpha: { ...settings.alpha, mode: apa ? 'learned' : 'equal' },
  hfa: { ...settings.hfa, enabled: hfa },
  ownPixels: false,
});

/** Settings of a pair of α. */
export const settingsOfAlphas = (settings: TakeSettings, text: number, image: number): TakeSettings => ({
  ...settings,
  alpha: { ...settings.alpha, text, image },
  ownPixels: false,
});

/** A subject under a sentence, and the settings that its takes have in common. */
export interface AblationBase {
  readonly subject: string;
  readonly prompt: string;
  readonly settings: TakeSettings;
}

/** A take of an ablation. */
export interface PlannedTake<Base extends AblationBase> {
  readonly base: Base;
  readonly settings: TakeSettings;
  /** Its folder below the report's, with slashes. */
  readonly place: string;
}

/** A row of a table, to be made. What two rows have in common is the same take in both. */
export interface PlannedRow<Base extends AblationBase> {
  readonly name: string;
  readonly takes: readonly PlannedTake<Base>[];
}

/** Everything that an ablation makes. */
export interface AblationPlan<Base extends AblationBase> {
  readonly rows: readonly PlannedRow<Base>[];
  /** Row by row, text α down, image α across. */
  readonly alphas: readonly (readonly PlannedRow<Base>[])[];
  /** Every take once, in the order of the tables. */
  readonly takes: readonly PlannedTake<Base>[];
}

/** Subjects that both α are varied with. */
const alphaSubjects = 2;

/** What is made of some subjects and sentences: all of them for the alignments, the first {@link alphaSubjects} subjects for both α. */
export function plannedAblation<Base extends AblationBase>(bases: readonly Base[]): AblationPlan<Base> {
  const known = new Map<string, PlannedTake<Base>>();
  const names = placeNames(bases);
  const rowOf = (name: string, folder: string, of: readonly Base[], change: (from: TakeSettings) => TakeSettings) => ({
    name,
    takes: of.map((base) => {
      const settings = change(base.settings);
      const own = names.get(base) ?? '';
      const key = `${own} ${JSON.stringify(settings)}`;
      const take = known.get(key) ?? { base, settings, place: `takes/${folder}/${own}` };
      known.set(key, take);
      return take;
    }),
  });
  const rows = ablationRows.map((row) =>
    rowOf(row.name, slug(row.name), bases, (settings) => settingsOfRow(settings, row)),
  );
  const few = [...new Set(bases.map(({ subject }) => subject))].slice(0, alphaSubjects);
  const some = bases.filter(({ subject }) => few.includes(subject));
  const alphas = ablationAlphas.map((text) =>
    ablationAlphas.map((image) =>
      rowOf(`text α ${text}, image α ${image}`, `alpha-${text}-${image}`, some, (settings) =>
        settingsOfAlphas(settings, text, image),
      ),
    ),
  );
  return { rows, alphas, takes: [...known.values()] };
}

/** A name for the folder of each, with a number that tells those apart whose subjects are named alike. */
function placeNames<Base extends AblationBase>(bases: readonly Base[]): ReadonlyMap<Base, string> {
  const counts = new Map<string, number>();
  return new Map(
    bases.map((base) => {
      const name = slug(base.subject);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return [base, `${name}-${count}`];
    }),
  );
}

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '') || 'base';
