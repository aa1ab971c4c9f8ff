/** What the command line prints of texts from elsewhere goes through these. */
export { clean, cleanLine, mapStrings, printableJson, revealed } from '../../activities/kit/clean.ts';
