/** The files of one scenario's service: a configuration on this machine, or a folder that is there for this call alone. */
import type { SourceFile } from '../../config/yaml-file.ts'
import * as files from '../../runtime/files.ts'
import type { Scenario } from './parse-scenario.ts'

export type ScenarioFiles = Readonly<{
  configFolder: string
  files: typeof files
  /** The file a problem of this configuration is really in. */
  isInner: (file: string) => 'customer' | 'service' | undefined
}>

/** Where the customer of a scenario would lie if it were a file of its own. */
const FILE_NAME = /^[a-z0-9][a-z0-9-]*$/

/** Gives the files; `replace` fills in what is known only now, such as the port of a server. */
export const scenarioFiles = (
  scenario: Scenario,
  configFolder: string,
  replace: (text: string) => string,
): ScenarioFiles => {
  const { customer, service, folder, name } = scenario
  const root = customer ? folder : configFolder.replace(/\/+$/, '')
  const own: SourceFile[] = [
    ...(service ? [{ path: `${root}/tandem.yaml`, text: replace(service.text) }] : []),
    ...(customer ? [{ path: customerFile(root, name), text: replace(customer.text) }] : []),
  ]
  const find = (path: string) => own.find((each) => each.path === path)
  return {
    configFolder: root,
    files: {
      ...files,
      read: (path) => {
        const found = find(path)
        if (found) return Promise.resolve(found.text)
        // A folder of scenarios is no configuration: nothing of it takes part but the knowledge that lies beside them.
        if (customer && path === `${root}/tandem.yaml`) return Promise.resolve(undefined)
        return files.read(customer ? path.replace(`${root}/customers/`, `${root}/`) : path)
      },
      list: (path) =>
        customer && path === `${root}/customers`
          ? Promise.resolve([customerFile('', name).slice('/customers/'.length)])
          : files.list(path),
      watch: () => () => {},
    },
    isInner: (path) => {
      if (!find(path)) return undefined
      return path.endsWith('/tandem.yaml') ? 'service' : 'customer'
    },
  }
}

const customerFile = (root: string, name: string): string =>
  `${root}/customers/${FILE_NAME.test(name) ? name : 'customer'}.yaml`
