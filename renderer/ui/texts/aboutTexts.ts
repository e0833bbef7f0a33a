/** Sentences about the program itself. */
export const aboutTexts = {
  about: {
    open: 'About MagDiff Studio',
    title: 'About MagDiff Studio',
    version: (version: string) => `Version ${version}`,
    own: 'MagDiff Studio is free software under the MIT licence. It carries the following works of others.',
    carried: 'What it carries',
    sources: 'Source offer',
    packages: 'Packages and their licences',
    names: (first: readonly string[], count: number) =>
      first.length < count ? `${first.join(' · ')} and ${count - first.length} more` : first.join(' · '),
  },
} as const;
