import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './ui/App.tsx';
import { StudioController } from './ui/studioController.ts';
import './ui/studio.css';

// Style elements that primitives add carry this answer's nonce; the policy allows no others.
const nonce = document.querySelector('meta[name="style-nonce"]')?.getAttribute('content');
Object.assign(globalThis, { __webpack_nonce__: nonce });

document.documentElement.dataset.theme = localStorage.getItem('magdiff-theme') ?? 'dark';

const root = document.getElementById('root');
if (root) {
  const studio = new StudioController();
  createRoot(root).render(
    <StrictMode>
      <App studio={studio} />
    </StrictMode>,
  );
  void studio.boot();
}
