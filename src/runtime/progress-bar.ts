/** How far long work has got, as a bar on stderr; nothing is shown where that is no terminal. */
import process from 'node:process'

/** Work that goes on. */
export type Progress = Readonly<{
  /** So much more is done. */
  advance: (by?: number) => void
  /** Takes the bar away. */
  stop: () => void
}>

/** Begins to show work: what is counted (`calls`), and how many there will be. */
export type StartProgress = (what: string, total: number) => Promise<Progress>

/** Shows nothing. */
export const noProgress: StartProgress = () =>
  Promise.resolve({ advance: () => {}, stop: () => {} })

/** Shows a bar. What draws it is loaded only where somebody looks. */
export const showProgress: StartProgress = async (what, total) => {
  if (process.stderr.isTTY !== true || total < 1) return await noProgress(what, total)
  const { SingleBar, Presets } = await import('cli-progress')
  const bar = new SingleBar({
    format: `{bar} {percentage}%  {value} of {total} ${what}  {eta_formatted} left`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  }, Presets.shades_classic)
  bar.start(total, 0)
  return { advance: (by = 1) => bar.increment(by), stop: () => bar.stop() }
}

/** Does work with each, one after the other, and shows how far it is; gives the sum of what each gave. */
export const sumOfEach = async <Item>(
  start: StartProgress,
  what: string,
  items: readonly Item[],
  work: (item: Item) => Promise<number>,
): Promise<number> => {
  const progress = await start(what, items.length)
  let sum = 0
  try {
    for (const item of items) {
      sum += await work(item)
      progress.advance()
    }
    return sum
  } finally {
    progress.stop()
  }
}
