"""From folders of pictures to the batch of a step."""
