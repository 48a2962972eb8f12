import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Notification, Notifier } from '../ports/notifier.ts';
import { shownText } from '../shown-text.ts';
import { isPassing, unavailable } from './s3-error.ts';

/** Notifications as SNS messages, with a topic for each kind. */
export function createSnsNotifier(options: {
  client: SNSClient;
  topicArns: Record<Notification['kind'], string>;
}): Notifier {
  return {
    async notify({ kind, subject, message }) {
      // SNS takes a subject of one line of ASCII, at most 100 characters.
      const Subject = subject.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
      const TopicArn = options.topicArns[kind];
      await options.client
        .send(new PublishCommand({ TopicArn, Subject, Message: shownText(message) }))
        .catch((error) => {
          throw isPassing(error) ? unavailable(error, TopicArn) : error;
        });
    },
  };
}
