// FanoutIngest
