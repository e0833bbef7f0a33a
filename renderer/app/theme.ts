const key = 'magdiff-theme';

/** Shows the page in the theme that was chosen last; dark where none was. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = localStorage.getItem(key) ?? 'dark';
}

/** Switches between dark and light and remembers it. */
export function toggleTheme(): void {
  localStorage.setItem(key, document.documentElement.dataset.theme === 'light' ? 'dark' : 'light');
  applyTheme();
}
