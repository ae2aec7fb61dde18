// FanoutTools
