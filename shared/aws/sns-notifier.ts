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
      // A subject is one line of ASCII, begins with no space and has less than 100 characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
      const Subject = subject
        .replace(/[^\x20-\x7e]/g, '?')
        .trimStart()
        .slice(0, 99);
      const TopicArn = options.topicArns[kind];
      await options.client
        .send(new PublishCommand({ TopicArn, Subject, Message: shownText(message) }))
        .catch((error) => {
          throw isPassing(error) ? unavailable(error, TopicArn) : error;
        });
    },
  };
}
