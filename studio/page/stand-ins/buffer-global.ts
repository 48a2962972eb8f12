/** `Buffer`, which Node has and browsers do not, for the code that the worker shares with the commands. */
export { Buffer } from 'buffer/index.js';
