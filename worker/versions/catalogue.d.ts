/** What the bundler puts in the place of this name: a module of runbooks, one or a list of them. */
declare module 'nightshift-catalogue' {
  const runbooks: unknown;
  export default runbooks;
}
