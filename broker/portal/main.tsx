// The portal: pages for people, drawn in the browser out of what the HTTP interface says. It has no door of its own.
import { render } from 'preact';
import { App } from './app.tsx';
import './style/0-font.css';
import './style/1-tokens.css';
import './style/2-frame.css';
import './style/3-words.css';
import './style/4-tables.css';
import './style/5-controls.css';
import './style/6-request.css';
import './style/7-verdict.css';
import './style/8-lists.css';
import './style/9-access.css';

const root = document.getElementById('portal');
if (root !== null) render(<App />, root);
