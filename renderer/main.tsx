import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { StartFailure } from './app/StartFailure.tsx';
import { Studio } from './app/studio.ts';
import { applyTheme } from './app/theme.ts';
import './ui/base.css';

// Style elements that primitives add carry this answer's nonce; the policy allows no others.
const nonce = document.querySelector('meta[name="style-nonce"]')?.getAttribute('content');
Object.assign(globalThis, { __webpack_nonce__: nonce });

applyTheme();

const element = document.getElementById('root');
if (element) {
  const root = createRoot(element);
  Studio.start().then(
    (studio) =>
      root.render(
        <StrictMode>
          <App studio={studio} />
        </StrictMode>,
      ),
    (error: unknown) => root.render(<StartFailure error={error} />),
  );
}
