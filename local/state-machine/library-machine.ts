import { type StateMachineDefinition as LibraryDefinition, StateMachine } from 'aws-local-stepfunctions';

/**
 * A machine of aws-local-stepfunctions. The library does not check the definition: it would check every child of a map
 * again, and what `assertRunnable` passes is what the library can run.
 */
export function libraryMachine(definition: object): StateMachine {
  return new StateMachine(definition as LibraryDefinition, { validationOptions: { noValidate: true } });
}
