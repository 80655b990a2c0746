/**
 * The configuration in use. Files may change while calls are up: a new call gets the newest version that is well, and a mistake
 * in a file is told and otherwise changes nothing.
 */
import { type Clock, passed } from '../clock.ts'
import type { Config } from './config.ts'
import type { ConfigFiles } from './load.ts'
import { readFolder, sourcesOf } from './load.ts'
import type { NextConfig } from './next-config.ts'
import { nextConfig } from './next-config.ts'
import { parseFiles } from './parse-config.ts'
import type { Problem } from './problem.ts'
import type { HasVariable } from './values/templates.ts'
import type { SourceFile } from './yaml/yaml-file.ts'

export type ConfigStore = Readonly<{
  /** The configuration for a call that begins now. */
  current: () => Config
  /** Reads the folder again. Resolves when the new configuration, or what is left of the old one, is in use. */
  reload: () => Promise<Reload>
  /** The same a moment later, and watches the folder that is there then: one that was put in place of another is not watched. */
  watchAnew: () => Promise<Reload>
  /** Ends watching. */
  stop: () => void
}>

/** What a reload did, with the texts of the files so that problems can be shown in place. */
export type Reload = NextConfig & Readonly<{ sources: readonly SourceFile[] }>

export type ConfigStoreOptions = Readonly<{
  files: ConfigFiles
  folder: string
  /** Whether a variable of the environment is there. */
  hasVariable?: HasVariable
  clock: Pick<Clock, 'after'>
  /** What was loaded at the start. */
  first: Readonly<{ config: Config; warnings: readonly Problem[] }>
  /** Hears of each reload that changed something, or found something else to be wrong than the one before. */
  onReload: (reload: Reload) => void
}>

/** How long the folder must be quiet before it is read: an editor, and git more so, writes several files in a row. */
const QUIET_MS = 200

/** Watches a config folder and keeps its configuration. */
export const createConfigStore = (options: ConfigStoreOptions): ConfigStore => {
  const { files, folder, hasVariable, clock, onReload } = options
  let config = options.first.config
  let told = JSON.stringify([[], options.first.warnings])
  let stopped = false
  let cancelWait = () => {}
  // The one queue of reloads: each sees what the one before has made.
  let queue: Promise<unknown> = Promise.resolve()

  const readAgain = async (): Promise<Reload> => {
    const read = await readFolder(files, folder, hasVariable)
    const next = read.problems.length
      ? { ...unchanged(config), problems: read.problems }
      : nextConfig(config, parseFiles(read.sources))
    return { ...next, sources: sourcesOf(read.sources) }
  }

  const adopt = (reload: Reload): Reload => {
    if (stopped) return reload
    const wrong = JSON.stringify([reload.problems, reload.warnings])
    const isNews = isChange(reload) || wrong !== told
    ;[config, told] = [reload.config, wrong]
    if (isNews) onReload(reload)
    return reload
  }

  const reload = (): Promise<Reload> => {
    const done = queue.then(readAgain).then(adopt)
    queue = done.catch(() => {})
    return done
  }

  const watch = () =>
    files.watch(folder, () => {
      cancelWait()
      if (!stopped) cancelWait = clock.after(QUIET_MS, () => void reload())
    })
  let stopWatching = watch()

  // On Deno to end a watch takes a moment, and would end the next one on the same folder, too.
  const changeWatch = async (): Promise<void> => {
    stopWatching()
    await passed(clock, QUIET_MS)
    if (!stopped) stopWatching = watch()
    changing = undefined
  }
  let changing: Promise<void> | undefined
  const watchAnew = async (): Promise<Reload> => {
    await (changing ??= changeWatch())
    return await reload()
  }

  return {
    current: () => config,
    reload,
    watchAnew,
    stop: () => {
      stopped = true
      cancelWait()
      stopWatching()
    },
  }
}

// The folder itself cannot be read, as while a volume is mounted anew: that says nothing about its customers.
const unchanged = (config: Config): NextConfig => ({
  config,
  serviceChanged: false,
  added: [],
  changed: [],
  removed: [],
  kept: config.customers.map(({ id }) => id),
  problems: [],
  warnings: [],
})

const isChange = ({ serviceChanged, added, changed, removed }: Reload): boolean =>
  serviceChanged || added.length + changed.length + removed.length > 0
