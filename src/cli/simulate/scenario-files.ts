/** The files of one scenario's service: a configuration on this machine, or a folder that is there for this call alone. */
import { parseDocument } from 'yaml'
import { basename } from '../../config/paths.ts'
import { withDocuments } from '../../knowledge/documents.ts'
import * as disk from '../../runtime/files.ts'
import type { Scenario } from './parse-scenario.ts'

type Files = ReturnType<typeof withDocuments<typeof disk>>

export type ScenarioFiles = Readonly<{
  configFolder: string
  files: Files
  /** The file a problem of this configuration is really in. */
  isInner: (file: string) => 'customer' | 'service' | undefined
}>

/** A scenario whose name is no name for a customer has one called customer. */
const FILE_NAME = /^[a-z0-9][a-z0-9-]*$/

/** Gives the files; `replace` fills in what is known only now, such as the port of a server. */
export const scenarioFiles = (
  scenario: Scenario,
  configFolder: string,
  replace: (text: string) => string,
): ScenarioFiles => {
  const { customer, service, folder, name } = scenario
  const root = customer ? folder : configFolder.replace(/\/+$/, '')
  const servicePath = `${root}/tandem.yaml`
  const customerPath = customerFile(root, name)
  // A folder of scenarios is no configuration: nothing of it takes part but the knowledge that lies beside them.
  const beside = (path: string) => customer ? path.replace(`${root}/customers/`, `${root}/`) : path

  const readService = async () => {
    const text = service?.text ?? (customer ? undefined : await disk.read(servicePath))
    return scenario.http.length > 0 ? allowLoopback(replace(text ?? '')) : text
  }

  return {
    configFolder: root,
    files: withDocuments({
      ...disk,
      readBytesIfThere: (path: string) => disk.readBytesIfThere(beside(path)),
      read: (path: string) => {
        if (path === servicePath) return readService()
        if (customer && path === customerPath) return Promise.resolve(replace(customer.text))
        return disk.read(beside(path))
      },
      list: (path: string) =>
        customer && path === `${root}/customers`
          ? Promise.resolve([basename(customerPath)])
          : disk.list(path),
      watch: () => () => {},
      // What the call leaves behind is its story, and nothing on this machine.
      write: () => Promise.resolve(),
      appendLine: () => Promise.resolve(),
      blankLines: () => Promise.resolve(0),
    }),
    isInner: (path) => {
      if (customer && path === customerPath) return 'customer'
      return service && path === servicePath ? 'service' : undefined
    },
  }
}

/** The servers of a scenario are on this machine, where tools may not go unless the service says so. */
const allowLoopback = (text: string): string => {
  const document = parseDocument(text)
  if (document.errors.length > 0) return text
  const allowed = document.toJS()?.network?.allowPrivate
  document.setIn(['network', 'allowPrivate'], [
    ...(Array.isArray(allowed) ? allowed : []),
    '127.0.0.1/32',
  ])
  return String(document)
}

const customerFile = (root: string, name: string): string =>
  `${root}/customers/${FILE_NAME.test(name) ? name : 'customer'}.yaml`
