/** `tandem schema`: prints the JSON Schema that editors use for the YAML files. */
import type { Command } from 'commander'
import { renderJsonSchema } from '../config/json-schema.ts'
import * as files from '../runtime/files.ts'
import type { CommandContext } from './command.ts'

/** Adds the command to the program. */
export const addSchema = (program: Command, context: CommandContext) =>
  program.command('schema')
    .description('print the JSON Schema of the configuration files')
    .option('--write <file>', 'write it to a file instead')
    .option('--json', 'the schema is JSON either way')
    .action(async (options: { write?: string }) => {
      const schema = renderJsonSchema()
      if (options.write === undefined) context.out(schema.trimEnd())
      else await files.write(options.write, schema)
    })
