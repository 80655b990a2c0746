/** The configuration as it is served: changed files are taken in while calls are on, and what is wrong with them is logged. */
import { checkText } from './config/check-text.ts'
import type { Config } from './config/config.ts'
import { type ConfigStoreOptions, createConfigStore, type Reload } from './config/config-store.ts'
import type { Problem } from './config/problem.ts'
import type { HasVariable } from './config/values/templates.ts'
import type { Log } from './log.ts'

export type LiveConfig = Readonly<{
  /** The configuration for a call that begins now. */
  current: () => Config
  /** Says what is wrong with the text of a customer's file that is not in the folder yet. Never rejects. */
  checkCustomer: (id: string, text: string) => Promise<readonly Problem[]>
  /** Reads the files again, where nobody tells that they have changed. */
  readAgain: () => Promise<void>
  /** Takes no more changes in. */
  stop: () => void
}>

export type LiveConfigOptions =
  & Pick<ConfigStoreOptions, 'clock' | 'files' | 'first' | 'folder'>
  & Readonly<{
    hasVariable: HasVariable
    /** Hears of each configuration that comes into use after the first. */
    onChange: (config: Config) => void
    log: Log
  }>

/** Watches the files of a configuration that was loaded. */
export const watchConfig = (options: LiveConfigOptions): LiveConfig => {
  const { files, folder, hasVariable, log } = options
  const { current, watchAnew, stop } = createConfigStore({
    ...options,
    onReload: (reload) => {
      logReload(log, reload)
      options.onChange(reload.config)
    },
  })
  return {
    current,
    checkCustomer: (id, text) =>
      checkText({ files, folder, hasVariable, current: current() }, id, text),
    readAgain: async () => void await watchAnew(),
    stop,
  }
}

const logReload = (log: Log, { problems, warnings }: Reload): void => {
  for (const { file, line, column, message, hint } of problems) {
    log.error('config.not-taken', { file, line, column, problem: message, hint })
  }
  for (const { file, line, column, message } of warnings) {
    log.warn('config.warning', { file, line, column, problem: message })
  }
  if (problems.length === 0) log.info('config.reloaded')
}
